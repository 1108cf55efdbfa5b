import Foundation
import Logging
import Testing

@testable import Console

@Suite struct JSONLogHandlerTests {
    private struct Line: Decodable {
        struct Metadata: Decodable {
            var partition: Int?
            var share: Double?
            var nan: String?
            var hot: Bool?
            var list: [String]?
            var nested: [String: String]?
            var who: String?
        }

        var time: String
        var level: String
        var label: String
        var message: String
        var error: String?
        var metadata: Metadata?
    }

    /// What `body` logs, line by line.
    private func logged(
        level: Logger.Level = .info, _ body: @Sendable (Logger) async throws -> Void
    ) async throws -> [Line] {
        // A pipe, as under a container's runtime: longer lines than its buffer arrive in pieces.
        let pipe = Pipe()
        async let reading = withCheckedContinuation { continuation in
            let reader = pipe.fileHandleForReading
            DispatchQueue.global().async { continuation.resume(returning: reader.readDataToEndOfFile()) }
        }
        let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        try await body(Logger(label: "vigil.test") { JSONLogHandler(label: $0, level: level, sink: sink) })
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: await reading, as: UTF8.self)
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test func linesParseWhateverTheyHold() async throws {
        let odd = "quote \" backslash \\ line\nbreak tab\t nul \0 bell \u{7} del \u{7F} 🧾 \u{2028}"
        let before = Date()
        let lines = try await logged { logger in
            var logger = logger
            logger[metadataKey: "who"] = "handler"
            logger.info("\(odd)", metadata: ["partition": .stringConvertible(3), "share": .stringConvertible(0.25)])
            logger.warning(
                "second",
                metadata: [
                    "nan": .stringConvertible(Double.nan), "hot": .stringConvertible(true), "list": ["a", "\(odd)"],
                    "nested": ["k\"": "v"], "who": "call",
                ])
            logger.debug("too quiet")
            logger.error("failed", error: CancellationError())
        }
        #expect(lines.map(\.message) == [odd, "second", "failed"])
        #expect(lines.map(\.level) == ["info", "warning", "error"])
        #expect(lines.map(\.label) == ["vigil.test", "vigil.test", "vigil.test"])
        #expect(lines[0].metadata?.partition == 3 && lines[0].metadata?.share == 0.25)
        #expect(lines[0].metadata?.who == "handler" && lines[1].metadata?.who == "call")
        #expect(lines[1].metadata?.nan == "nan" && lines[1].metadata?.hot == true)
        #expect(lines[1].metadata?.list == ["a", odd] && lines[1].metadata?.nested == ["k\"": "v"])
        #expect(lines[2].error?.contains("CancellationError") == true)
        let moment = try #require(
            try? Date(lines[0].time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        // Written with milliseconds.
        #expect(moment >= before.addingTimeInterval(-0.001) && moment <= Date())
    }

    @Test func linesOfSeveralThreadsDoNotMix() async throws {
        let lines = try await logged(level: .trace) { logger in
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        for number in 0..<20 {
                            logger.trace("\(String(repeating: "\(task)", count: 70_000)) \(number)")
                        }
                    }
                }
            }
        }
        #expect(Set(lines.map(\.message)).count == 160)
        #expect(lines.allSatisfy { Set($0.message.prefix(70_000)).count == 1 })
    }
}
