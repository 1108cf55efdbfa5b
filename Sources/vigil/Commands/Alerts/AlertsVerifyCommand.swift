import ArgumentParser
import Evaluation
import Foundation
import Pipeline
import Postgres
import Rules
import Scoring
import Sequences
import Transactions

/// `vigil alerts verify`.
struct AlertsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Scores an alert again from its record and says whether it comes out the same, bit for bit.",
        discussion: """
            Reads the topics from their beginning up to the record, without a group, and needs the model and the rules \
            whose hashes the alert carries: give several directories and files to choose from. Exit code 1 where the \
            alert does not come out the same, or cannot be scored again.
            """)

    @Argument(help: "The alert's id.")
    var id: AlertID

    @Option(
        parsing: .upToNextOption, help: "Model directories to look for the alert's model in; the configured one too.")
    var model: [String] = []

    @Option(parsing: .upToNextOption, help: "Rule sets to look for the alert's rules in; the configured one too.")
    var rules: [String] = []

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let reader = try await options.reader()
        let stored = try storedAlert(reader)
        let model = try pinnedModel(stored.modelHash, reader)
        let rules = try pinnedRules(stored.rulesHash, model, reader)
        let topics = reader.topics()
        let decoding = try reader.decoding()
        var input = KafkaReplayInput(
            kafka: try reader.kafka(), transactions: topics.transactions, labels: topics.labels,
            form: decoding.form, limits: decoding.limits)
        input.format = try reader.format(for: model.encoder.schema)
        let check = AlertCheck(
            input,
            entrant: ReplayEntrant(
                name: "alert", model: model, rules: rules, thresholds: try reader.thresholds(default: model.threshold)))
        let bar = ReplayBar(until: nil)
        let answer = try check.run(
            AlertCheck.Stored(
                source: SourceCoordinates(
                    topic: stored.topic, partition: stored.partition, offset: stored.recordOffset),
                modelScore: stored.modelScore, score: stored.score,
                disposition: Disposition(rawValue: stored.decision) ?? .allow, decidedBy: stored.decidedBy,
                rules: stored.ruleHits.map(\.rule))
        ) { bar.update($0) }
        try tell(answer, stored)
        if !answer.matches { throw ExitCode(1) }
    }

    private func tell(_ answer: AlertCheck.Answer, _ stored: StoredAlert) throws {
        for remark in answer.remarks { Terminal.say("Note: \(remark)") }
        if output.json {
            try Terminal.json(
                Summary(
                    alertID: stored.alertID, matches: answer.matches, differences: answer.differences,
                    modelScore: answer.decision.modelScore, score: answer.decision.score,
                    decision: answer.decision.disposition.rawValue, modelHash: stored.modelHash,
                    rulesHash: stored.rulesHash, remarks: answer.remarks))
            return
        }
        let score = String(format: "%.6f (model %.6f)", answer.decision.score, answer.decision.modelScore)
        Terminal.data(
            answer.matches
                ? "\(stored.alertID): the same, bit for bit: \(answer.decision.disposition.rawValue), score \(score)"
                : "\(stored.alertID): not the same")
        for difference in answer.differences { Terminal.data("  \(Terminal.printable(difference))") }
    }

    private func storedAlert(_ reader: SettingsReader) throws -> StoredAlert {
        let connection = try PostgresConnection(try reader.postgres())
        let rows = try connection.execute(
            """
            SELECT \(StoredAlert.columns)
            FROM vigil.alerts LEFT JOIN vigil.alert_labels ON alert_labels.alert_id = alerts.alert_id
            WHERE alerts.alert_id = $1
            """, [.uuid(id.text)])
        guard let row = rows.first else { throw Failure("there is no alert \(id.text)") }
        return try StoredAlert(row)
    }

    private func pinnedModel(_ hash: String, _ reader: SettingsReader) throws -> Model {
        let paths = model + [reader.text("model.path")].compactMap(\.self)
        for path in paths {
            let model = try Model.load(from: path)
            if model.hash == hash { return model }
        }
        throw Failure("none of \(paths.count) model directories holds the alert's model \(hash); name it with --model")
    }

    private func pinnedRules(_ hash: String, _ model: Model, _ reader: SettingsReader) throws -> RuleSet {
        let schema = model.encoder.schema
        let origins = rules.map { .file($0) } + [try reader.ruleOrigin()].compactMap(\.self)
        for origin in origins {
            let rules = try reader.rules(origin, schema: schema, decidedUnder: hash)
            if rules.hash == hash { return rules }
        }
        let none = RuleSet.empty(schema: schema)
        if none.hash == hash { return none }
        throw Failure(
            "none of \(origins.count) rule sets, with its lists as they are now, is the alert's \(hash); name it with "
                + "--rules")
    }

    private struct Summary: Encodable {
        var alertID: String
        var matches: Bool
        var differences: [String]
        var modelScore: Float
        var score: Float
        var decision: String
        var modelHash: String
        var rulesHash: String
        var remarks: [String]

        private enum CodingKeys: String, CodingKey {
            case alertID = "alert_id"
            case matches, differences, modelScore, score, decision, modelHash, rulesHash, remarks
        }
    }
}
