import Foundation

/// Plays rounds, each in a process of its own, some of them at a time.
final class RoundProcesses {
    /// So many times a round is played again that the embedded broker has aborted.
    private static let attempts = 5

    private let limit: Int
    /// Rounds that the embedded broker's own assertion ended: they have shown nothing and were played again.
    private(set) var aborted = 0

    /// - Parameter limit: most rounds at a time.
    init(limit: Int) {
        self.limit = limit
    }

    /// Plays all; tells each verdict as it comes.
    ///
    /// - Throws: `ChaosFault` for a round that could not be played.
    func play(_ orders: [RoundOrder], each: (RoundOrder, Verdict) throws -> Void) throws {
        var waiting = orders.map { (order: $0, attempt: 1) }
        waiting.reverse()
        var running: [(order: RoundOrder, attempt: Int, process: Process)] = []
        defer { for item in running { item.process.terminate() } }
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < limit, let next = waiting.popLast() {
                running.append((next.order, next.attempt, try start(next.order)))
            }
            usleep(50_000)
            for index in running.indices.reversed() where !running[index].process.isRunning {
                let (order, attempt, process) = running.remove(at: index)
                if process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGABRT,
                    attempt < Self.attempts
                {
                    // librdkafka's mock cluster asserts `!member->resp` on some joins of a group.
                    aborted += 1
                    // The same faults at the same times would bring about the same joins.
                    var again = order
                    again.seed &+= 1
                    Chaos.say(
                        "\(order.name): the embedded broker aborted; the round is played again with seed \(again.seed)")
                    waiting.append((again, attempt + 1))
                } else {
                    try each(order, try verdict(of: order, process))
                }
            }
        }
    }

    private func start(_ order: RoundOrder) throws -> Process {
        try? FileManager.default.removeItem(atPath: order.verdictPath)
        let process = Process()
        // The round goes with us, however we go.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = [
            "--pdeathsig", "KILL", try ownPath(), "round",
            String(decoding: try JSONEncoder().encode(order), as: UTF8.self),
        ]
        process.standardInput = FileHandle.nullDevice
        // Standard output is for the parent's JSON alone.
        process.standardOutput = FileHandle.standardError
        try process.run()
        return process
    }

    private func ownPath() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    private func verdict(of order: RoundOrder, _ process: Process) throws -> Verdict {
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let how = process.terminationReason == .exit ? "exit code" : "signal"
            throw ChaosFault("\(order.name) ended with \(how) \(process.terminationStatus)")
        }
        defer { try? FileManager.default.removeItem(atPath: order.verdictPath) }
        return try JSONDecoder().decode(Verdict.self, from: Data(contentsOf: URL(fileURLWithPath: order.verdictPath)))
    }
}
