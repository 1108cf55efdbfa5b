import Foundation
import Kafka
import Logging
import Rules
import Testing
import Transactions

@testable import Pipeline

/// The whole service in this process.
@Suite(.ownThread) struct ServiceTests {
    private static func json(
        _ id: String = "x", user: String = #""u1""#, time: String = #""2026-01-05T10:00:00Z""#, amount: String = "12.5",
        category: String = #""fuel""#
    ) -> [UInt8] {
        Array(
            #"{"id":"\#(id)","user":\#(user),"time":\#(time),"amount":\#(amount),"terminal":"t1","category":\#(category)}"#
                .utf8)
    }

    /// What a topic may hold, and what becomes of each: nil is a decision, else the reason of the dead letter.
    private static let payloads: [(value: [UInt8]?, reason: String?)] = [
        (nil, "tombstone"),
        ([], "empty"),
        (Array("   ".utf8), "malformed"),
        (Array(repeating: 0x7B, count: 990_000), "malformed"),
        ((0..<990_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) | 0x80 }, "not_utf8"),
        (Array(#"{"id":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8), "not_utf8"),
        (json(user: "7.5"), "wrong_type"),
        (json(amount: #""a lot""#), "wrong_type"),
        (Array(#"{"id":"x","time":"2026-01-05T10:00:00Z","amount":1}"#.utf8), "missing_field"),
        (json(amount: "NaN"), "out_of_range"),
        (json(amount: "1e999"), "out_of_range"),
        (json(time: #""0001-01-01T00:00:00Z""#), "out_of_range"),
        (json(time: #""2999-01-01T00:00:00Z""#), "out_of_range"),
        (json("negative", amount: "-3"), nil),
        (json("unknown", category: #""never seen""#), nil),
        (json("absent", category: "null"), nil),
        (json("good"), nil),
    ]

    @Test func badEventsAreSetAsideAndGoodOnesDecided() async throws {
        let topics = try TestBrokers.makeTopics()
        let database = try TestDatabase()
        let good = (0..<50).map { Self.json("g\($0)", user: #""u\#($0 % 5)""#) }
        let values = Self.payloads.map(\.value) + good
        try TestBrokers.publish(
            values.map {
                ProducerRecord(
                    topic: topics.transactions, partition: 0, key: Array("k".utf8), value: $0,
                    timestampMilliseconds: Feeds.start + 40_000_000)
            })
        let configuration = try PipelineConfiguration.flagsAll(topics, database.settings)
        let service = PipelineService(configuration, logger: .quiet)
        let running = Task(executorPreference: .ownThread) { try await service.run() }
        let next =
            "SELECT coalesce(sum(next_offset), 0)::bigint FROM vigil.stream_progress WHERE topic = '\(topics.transactions)'"
        do {
            try wait("everything decided") { try database.number(next) == Int64(values.count) }
        } catch {
            running.cancel()
            try await running.value
            throw error
        }
        let stopping = ContinuousClock.now
        running.cancel()
        try await running.value
        #expect(ContinuousClock.now - stopping < .seconds(10))

        let scored = Self.payloads.filter { $0.reason == nil }.count + good.count
        let counts = "FROM vigil.stream_progress WHERE topic = '\(topics.transactions)'"
        #expect(try database.number("SELECT scored \(counts)") == Int64(scored))
        #expect(try database.number("SELECT dead_lettered \(counts)") == Int64(values.count - scored))
        #expect(try database.number("SELECT unaccounted \(counts)") == 0)
        #expect(try database.number("SELECT restore_offset - next_offset \(counts)") == 0)

        let letters = try TestBrokers.readAll(topics.deadLetters)
        let expected = Self.payloads.enumerated().filter { $0.element.reason != nil }
        #expect(letters.map { $0["reason"] } == expected.map(\.element.reason))
        #expect(letters.map { $0["source_offset"] } == expected.map { String($0.offset) })
        #expect(letters.map(\.value) == expected.map(\.element.value))
        let ids = try TestBrokers.readAll(topics.review).map { $0["alert_id"] }
        #expect(Set(ids).count == scored && ids.count == scored)
        #expect(
            try database.number("SELECT count(*) FROM vigil.alerts WHERE published_at IS NOT NULL") == Int64(scored))
    }
}
