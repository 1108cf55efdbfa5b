import Foundation
import Kafka
import Postgres

/// What `vigil bench pipeline` runs on, each in a process of its own: the embedded broker, a throwaway PostgreSQL and
/// `vigil run` itself.
final class BenchStack {
    static let transactions = "transactions"
    static let nullTopic = "null"
    static let peerTopic = "peer"
    /// Topics of the processor without commits; what the other has left must not be read again.
    static let uncommitted = "uncommitted"
    static let sequencesOfUncommitted = "uncommitted-sequences"
    static let entitiesOfUncommitted = "uncommitted-entities"
    static let reviewOfPeer = "peer-review"

    let directory: URL
    let server: ThrowawayServer
    let broker: Process
    let kafka: KafkaSettings
    private var children: [Process] = []

    /// - Throws: `Failure` where the broker does not come up, `PostgresError` where the database does not.
    init(partitions: Int) throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("vigil-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        server = try ThrowawayServer(ThrowawayServer.Options())
        let connection = try PostgresConnection(server.settings)
        defer { connection.close() }
        _ = try Migrator().migrate(connection)
        let ready = directory.appendingPathComponent("broker").path
        let wide = [
            Self.transactions, Self.nullTopic, Self.peerTopic, "labels", "sequences", "entities", Self.uncommitted,
            Self.sequencesOfUncommitted, Self.entitiesOfUncommitted,
        ].map { "\($0):\(partitions)" }
        broker = try Self.start(
            ["broker", "--ready-file", ready, "--topics"]
                + [(wide + ["review:1", "dead-letters:1", "\(Self.reviewOfPeer):1"]).joined(separator: ",")],
            output: directory.appendingPathComponent("broker.log"))
        let deadline = Date(timeIntervalSinceNow: 20)
        var servers = ""
        while servers.isEmpty {
            guard broker.isRunning, Date() < deadline else { throw Failure("the embedded broker did not start") }
            Thread.sleep(forTimeInterval: 0.02)
            servers = (try? String(contentsOfFile: ready, encoding: .utf8)) ?? ""
        }
        kafka = KafkaSettings(bootstrapServers: servers.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Starts one of this program's own commands; what it logs goes to a file of that name.
    func start(_ arguments: [String], log: String) throws -> Process {
        let process = try Self.start(arguments, output: directory.appendingPathComponent(log))
        children.append(process)
        return process
    }

    /// Starts another program.
    func start(shell command: String, environment: [String: String], log: String) throws -> Process {
        let process = try Self.start(
            program: "/bin/sh", ["-c", "exec \(command)"], environment: environment,
            output: directory.appendingPathComponent(log))
        children.append(process)
        return process
    }

    /// The end of a log, for a person whose run has failed.
    func lastWords(of log: String) -> String {
        let text = (try? String(contentsOf: directory.appendingPathComponent(log), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(5).joined(separator: "\n")
    }

    /// Lines of a log.
    func lines(of log: String, where isWanted: (Substring) -> Bool) -> [Substring] {
        let text = (try? String(contentsOf: directory.appendingPathComponent(log), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter(isWanted)
    }

    /// Ends a process, by force where it does not go by itself.
    func end(_ process: Process) {
        guard process.isRunning else { return }
        process.terminate()
        let deadline = Date(timeIntervalSinceNow: 10)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Ends everything and removes what it left behind.
    func stop() {
        for child in children { end(child) }
        end(broker)
        server.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    /// This program, without the configuration of whoever calls it.
    private static func start(_ arguments: [String], output: URL) throws -> Process {
        let this = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        return try start(program: this, arguments, environment: [:], output: output)
    }

    private static func start(
        program: String, _ arguments: [String], environment: [String: String], output: URL
    ) throws -> Process {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("VIGIL_") }
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let log = try FileHandle(forWritingTo: output)
        let process = Process()
        // However this process ends, its children end too: the thread that starts them lives as long as they may.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = ["--pdeathsig", "TERM", "--", program] + arguments
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
        return process
    }
}
