import Foundation
import Testing

/// The built `vigil`, run as a process of its own.
struct VigilProcess {
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String

        /// Standard output as the one JSON object it must be.
        func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
            let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(object as? [String: Any], "\(errors)", sourceLocation: sourceLocation)
        }
    }

    /// `VIGIL_BINARY`, or the one that was built beside these tests.
    static let path: String = {
        if let named = ProcessInfo.processInfo.environment["VIGIL_BINARY"] { return named }
        return URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("vigil").path
    }()

    let process = Process()
    private let directory: TemporaryDirectory
    private let ended: AsyncStream<Int32>

    /// Starts it, with no `VIGIL_` variables but these.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        directory = try TemporaryDirectory()
        let (ended, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.ended = ended
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("VIGIL_") }.merging(environment) { $1 }
        // Files never fill up, as pipes do.
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try directory.file("output")
        process.standardError = try directory.file("errors")
        process.terminationHandler = { continuation.yield($0.terminationStatus) }
        try process.run()
    }

    /// Waits for its end; killed after ten minutes.
    func outcome() async throws -> Outcome {
        let pid = process.processIdentifier
        let watchdog = Task {
            try await Task.sleep(for: .seconds(600))
            kill(pid, SIGKILL)
        }
        defer { watchdog.cancel() }
        var status: Int32 = -1
        for await ended in ended {
            status = ended
            break
        }
        return Outcome(
            status: status, output: try directory.text("output"), errors: try directory.text("errors"))
    }

    static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
        try await VigilProcess(arguments, environment: environment).outcome()
    }
}

/// Goes with the last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "vigil-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file inside.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
        return self(name)
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: self(name), encoding: .utf8) }

    fileprivate func file(_ name: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: self(name), contents: nil)
        return try #require(FileHandle(forWritingAtPath: self(name)))
    }
}

/// Awaits a condition, or fails the test.
func eventually(within seconds: Double = 600, _ what: Comment, _ condition: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        try #require(ContinuousClock.now < end, "waited in vain: \(what)")
        try await Task.sleep(for: .milliseconds(10))
    }
}
