import Foundation
import Sequences
import Testing
import Transactions

@Suite struct HistoricalDatasetTests {
    private struct Source: LabelledTransactionSource {
        var items: [LabelledTransaction]
        var name: String { "memory" }

        mutating func next() -> LabelledTransaction? { items.isEmpty ? nil : items.removeFirst() }
    }

    private func items(_ times: [Int64], _ prefix: String) -> [LabelledTransaction] {
        times.enumerated().map { index, time in
            LabelledTransaction(
                transaction: transaction("\(prefix)\(index)", at: time * day, amount: Double(time)),
                isFraud: index % 2 == 0, line: index)
        }
    }

    private func load(_ sources: [[LabelledTransaction]], until: Int64? = nil) throws -> HistoricalDataset {
        try HistoricalDataset.load(
            schema: testSchema, historyCapacity: 9, until: until.map { EventTime(milliseconds: $0 * day) }
        ) { () throws(DataFileError) in sources.map { Source(items: $0) } }
    }

    @Test func sourcesMergeByTimeAndUnsortedOnesAreSorted() throws {
        let merged = try load([items([1, 4, 9], "a"), items([2, 4, 30], "b")])
        #expect(merged.times == [1, 2, 4, 4, 9, 30].map { $0 * day })
        #expect(merged.labels == [1, 1, 0, 0, 1, 1])
        let shuffled = try load([items([1, 4, 9], "a"), items([2, 4, 30], "b").reversed()])
        #expect(shuffled.rows == merged.rows && shuffled.labels == merged.labels)
    }

    @Test func nothingFromTheEndOnIsRead() throws {
        #expect(try load([items([1, 4, 9], "a")], until: 4).times == [day])
        #expect(try load([items([1, 9, 2], "a")], until: 4).times == [1, 2].map { $0 * day })
        #expect(try load([[]]).count == 0)
    }

    @Test func labelsAreKnownAfterTheirDelay() throws {
        let dataset = try load([items([1, 4, 9], "a")])
        #expect(dataset.labels(knownBy: 11 * day) == [1, 0, -1])
        #expect(dataset.labels(knownBy: 11 * day - 1) == [1, -1, -1])
    }
}
