import ArgumentParser
import Foundation
import Postgres
import Transactions

/// `vigil alerts show`.
struct AlertsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows all that is known of one alert.")

    @Argument(help: "The alert's id.")
    var id: AlertID

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let connection = try PostgresConnection(try await options.reader().postgres())
        let rows = try connection.execute(
            """
            SELECT \(StoredAlert.columns)
            FROM vigil.alerts LEFT JOIN vigil.alert_labels ON alert_labels.alert_id = alerts.alert_id
            WHERE alerts.alert_id = $1
            """, [.uuid(id.text)])
        guard let row = rows.first else { throw Failure("there is no alert \(id.text)") }
        let alert = try StoredAlert(row)
        if output.json {
            try Terminal.json(alert)
        } else {
            for line in Self.lines(alert) { Terminal.data(line) }
        }
    }

    static func lines(_ alert: StoredAlert) -> [String] {
        var table = TextTable(header: ["alert", alert.alertID])
        table.rows = [
            ["decision", alert.decision + (alert.decidedBy.map { ", by rule \($0)" } ?? "")],
            ["score", String(format: "%.4f (model %.4f)", alert.score, alert.modelScore)],
            ["event time", alert.eventTime], ["scored", alert.scoredAt],
            ["transaction", alert.transactionID], ["user", alert.user],
            ["amount", String(format: "%.2f", alert.amount)],
        ]
        table.rows += alert.entities.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        table.rows += alert.reasons.map { reason in
            ["reason", "\(reason.feature) \(reason.value) (\(String(format: "%+.2f", reason.contribution)))"]
        }
        table.rows += alert.ruleHits.map { ["rule", "\($0.rule): \($0.action). \($0.reason)"] }
        table.rows += [
            ["published", alert.publishedAt ?? "not yet"],
            ["source", "\(alert.topic)[\(alert.partition)] offset \(alert.recordOffset)"],
            ["model", alert.modelHash], ["rules", alert.rulesHash],
        ]
        if let verdict = alert.verdict {
            let note = verdict.note.map { ": \($0)" } ?? ""
            table.rows.append(["label", "\(verdict.label), \(verdict.labelledBy) at \(verdict.labelledAt)\(note)"])
        } else {
            table.rows.append(["label", "none yet"])
        }
        table.rows = table.rows.map { $0.map(Terminal.printable) }
        return table.lines()
    }
}
