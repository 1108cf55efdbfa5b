import ArgumentParser
import Foundation
import Simulation
import Transactions

/// `vigil bench decode`: what turning a message's JSON into a transaction costs.
struct BenchDecodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Measures the JSON decoder on one thread.",
        discussion: """
            Simulated transactions, checks and the copies of texts included. --out keeps the messages, a line each, for \
            Tests/Peers/decoding.cpp, which reads them with simdjson.
            """)

    @Option(help: "Messages to decode.")
    var events = 200_000

    @Option(help: ArgumentHelp("Where to write the messages, one a line.", valueName: "file"))
    var out: String?

    @OptionGroup var output: JSONOption

    private struct Report: Encodable {
        let events: Int
        let bytesPerEvent: Double
        /// The median of five passes.
        let nanosecondsPerEvent: Double
    }

    func run() async throws {
        guard events > 0 else { throw ValidationError("--events must be 1 or more") }
        let messages = try simulated()
        if let out {
            do {
                try Data(messages.joined(separator: [0x0a])).write(to: URL(fileURLWithPath: out), options: .atomic)
            } catch {
                throw Failure("--out \(out): cannot be written: \(error.localizedDescription)")
            }
        }
        let decoder = TransactionDecoder(schema: Simulator.schema)
        let clock = ContinuousClock()
        var amounts = 0.0
        let passes = try (0..<5).map { _ in
            try clock.measure {
                for message in messages { amounts += try decoder.decode(message, messageTimestamp: nil).amount }
            } / .nanoseconds(1)
        }
        guard amounts.isFinite else { throw Failure("the simulated amounts are not finite") }
        let report = Report(
            events: messages.count,
            bytesPerEvent: Double(messages.reduce(0) { $0 + $1.count }) / Double(messages.count),
            nanosecondsPerEvent: passes.sorted()[2] / Double(messages.count))
        guard !output.json else { return try Terminal.json(report) }
        Terminal.data("\(Int(report.nanosecondsPerEvent)) ns an event of \(Int(report.bytesPerEvent)) bytes")
    }

    private func simulated() throws -> [[UInt8]] {
        let file = FileManager.default.temporaryDirectory.appending(path: "vigil-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        var simulator = Simulator()
        let writer = try TransactionFileWriter(path: file.path, schema: Simulator.schema)
        for _ in 0..<events {
            guard let item = simulator.next() else { break }
            try writer.write(item.transaction, isFraud: nil)
        }
        try writer.close()
        return try Data(contentsOf: file).split(separator: 0x0a).map { Array($0) }
    }
}
