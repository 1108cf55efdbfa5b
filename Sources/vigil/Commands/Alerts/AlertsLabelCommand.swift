import ArgumentParser
import Postgres

/// `vigil alerts label`.
struct AlertsLabelCommand: AsyncParsableCommand {
    /// What an alert turned out to be.
    enum Verdict: String, ExpressibleByArgument, CaseIterable {
        case fraud
        case legitimate
    }

    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Says what an alert turned out to be; the newest word counts.")

    @Argument(help: "The alert's id.")
    var id: AlertID

    @Argument(help: "What it turned out to be.")
    var verdict: Verdict

    @Option(help: "Why, in your words.")
    var note: String?

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let connection = try PostgresConnection(try await options.reader().postgres())
        let written = try connection.execute(
            """
            INSERT INTO vigil.alert_labels AS known (alert_id, label, note)
            SELECT alerts.alert_id, $2, $3 FROM vigil.alerts WHERE alerts.alert_id = $1
            ON CONFLICT (alert_id) DO UPDATE SET label = excluded.label, note = excluded.note,
                labelled_by = session_user, labelled_at = now()
            RETURNING known.labelled_by
            """,
            [.uuid(id.text), .text(verdict.rawValue), .text(note.map(PostgresValue.storable))])
        guard let row = written.first else { throw Failure("there is no alert \(id.text)") }
        let person: String = try row.value("labelled_by")
        Terminal.say("\(id.text): \(verdict.rawValue), said \(person)")
        if output.json {
            try Terminal.json(["alert_id": id.text, "label": verdict.rawValue, "labelled_by": person])
        }
    }
}
