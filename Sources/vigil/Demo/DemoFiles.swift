import Foundation
import Kafka
import Postgres
import Scoring
import Transactions

/// What other commands need to go on where the demo stopped: configuration, model, rules and the pseudonyms' key, in the
/// throwaway server's private directory, and gone with it.
struct DemoFiles {
    static let key = "a demo's key is no secret"

    private let directory: URL
    var configuration: URL { directory.appending(path: "vigil.yaml") }

    /// - Throws: what the disk refuses.
    init(_ model: Model, stack: DemoStack) throws {
        directory = URL(filePath: stack.server.directory, directoryHint: .isDirectory)
        let modelPath = directory.appending(path: "model").path
        try model.save(to: modelPath)
        try write(DemoRules.yaml, to: "rules.yaml")
        try write(Self.key, to: "privacy.key")
        try write(
            """
            kafka:
              bootstrap_servers: \(stack.broker.bootstrapServers)
            postgres:
              host: \(stack.server.directory)
              port: \(stack.server.port)
              database: vigil
              user: vigil
            model:
              path: \(modelPath)
            rules:
              path: \(directory.appending(path: "rules.yaml").path)
            privacy:
              key_file: \(directory.appending(path: "privacy.key").path)

            """, to: "vigil.yaml")
    }

    /// Commands to try on what the demo left, for a terminal beside this one.
    ///
    /// - Parameter cutOff: where what the model has not seen begins.
    func commandLines(from cutOff: EventTime) -> [String] {
        let program = CommandLine.arguments.first ?? "vigil"
        return [
            "alerts list", "doctor", "replay --from \(cutOff.iso8601.prefix(10)) --report replay.html", "run",
        ].map { "\(program) \($0) --config \(configuration.path)" }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: directory.appending(path: name))
    }
}
