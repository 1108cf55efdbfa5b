import ArgumentParser
import Foundation
import Postgres
import Transactions

/// `vigil alerts list`.
struct AlertsListCommand: AsyncParsableCommand {
    /// What comes first.
    enum Order: String, ExpressibleByArgument, CaseIterable {
        case newest
        case score

        var sql: String {
            switch self {
            case .newest: "alerts.event_time DESC, alerts.alert_id"
            case .score: "alerts.score DESC, alerts.event_time DESC, alerts.alert_id"
            }
        }
    }

    /// Decisions that make an alert.
    enum Decision: String, ExpressibleByArgument, CaseIterable {
        case review
        case decline
    }

    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists alerts, the newest first.",
        discussion: "--from and --to go by event time; --to given as a day includes that day.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var span: SpanOptions

    @Option(help: "How many at most.")
    var limit = 20

    @Option(help: "Of the user with this pseudonym.")
    var user: String?

    @Option(help: "Of the user with this id, which the configured key turns into the pseudonym.")
    var userID: String?

    @Option(help: "With this decision.")
    var decision: Decision?

    @Option(help: "With this score or a higher one.")
    var minimumScore: Double?

    @Flag(help: "Without a label yet.")
    var unlabelled = false

    @Option(help: "What comes first.")
    var order = Order.newest

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit must be 1 to 1000000") }
        if user != nil, userID != nil { throw ValidationError("give either --user or --user-id") }
        if let minimumScore, !(0...1).contains(minimumScore) { throw ValidationError("--minimum-score must be 0 to 1") }
    }

    func run() async throws {
        let reader = try await options.reader()
        let pseudonym = try userID.map { try reader.pseudonymizer().pseudonym(of: $0) } ?? user
        let connection = try PostgresConnection(try reader.postgres())
        let rows = try connection.execute(
            """
            SELECT \(StoredAlert.columns)
            FROM vigil.alerts LEFT JOIN vigil.alert_labels ON alert_labels.alert_id = alerts.alert_id
            WHERE ($1 IS NULL OR alerts.user_pseudonym = $1) AND ($2 IS NULL OR alerts.decision = $2)
                AND ($3 IS NULL OR alerts.event_time >= $3) AND ($4 IS NULL OR alerts.event_time < $4)
                AND ($5 IS NULL OR alerts.score >= $5) AND (NOT $6 OR alert_labels.label IS NULL)
            ORDER BY \(order.sql)
            LIMIT $7
            """,
            [
                .text(pseudonym.map(PostgresValue.storable)), .text(decision?.rawValue),
                .timestamp(milliseconds: span.from?.time.milliseconds),
                .timestamp(milliseconds: span.to?.time.milliseconds),
                .float(minimumScore.map { Float($0) }), .bool(unlabelled), .int64(Int64(limit)),
            ])
        var alerts: [StoredAlert] = []
        for row in rows { alerts.append(try StoredAlert(row)) }
        if output.json {
            try Terminal.json(["alerts": alerts])
        } else if alerts.isEmpty {
            Terminal.say("No alerts.")
        } else {
            for line in Self.table(alerts).lines() { Terminal.data(line) }
        }
    }

    /// The columns that fit a terminal; `show` has the rest.
    static func table(_ alerts: [StoredAlert]) -> TextTable {
        var table = TextTable(header: ["alert", "event time", "user", "amount", "score", "decision", "why", "label"])
        table.rows = alerts.map { alert in
            [
                alert.alertID, alert.eventTime, String(alert.user.prefix(12)), String(format: "%.2f", alert.amount),
                String(format: "%.3f", alert.score), alert.decision,
                alert.decidedBy ?? alert.reasons.first.map { "\($0.feature) \($0.value)" } ?? "",
                alert.verdict?.label ?? "",
            ].map(Terminal.printable)
        }
        return table
    }
}
