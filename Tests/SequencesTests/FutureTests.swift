import Sequences
import Testing
import Transactions

/// Whatever comes later, a transaction's features stay what they are.
@Suite struct FutureTests {
    private let events = 3000
    private let cut = 40 * day

    /// Sixty days of 20 users at 5 terminals; what lies at or after `cut` is drawn from `future`, labels with it.
    private func dataset(future: UInt64, labelsKnownBy: Int64) -> HistoricalDataset {
        var schema = testSchema
        schema.labelDelayMilliseconds = 7 * day
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: 15)
        var past = SeededGenerator(state: 1)
        var later = SeededGenerator(state: future)
        for event in 0..<events {
            let time = Int64(event) * (60 * day / Int64(events))
            var fraud = Int.random(in: 0..<4, using: &past) == 0
            var numbers = [20, 5, 9].map { Int.random(in: 0..<$0, using: &past) }
            // Labels of the last week before the cut are not known by it.
            if time + 7 * day > labelsKnownBy { fraud = Bool.random(using: &later) }
            if time >= cut { numbers = [20, 5, 9].map { Int.random(in: 0..<$0, using: &later) } }
            builder.add(
                transaction(
                    "\(event)", user: "u\(numbers[0])", at: time, amount: Double(1 + numbers[2]),
                    terminal: "t\(numbers[1])", category: .text("c\(numbers[2])")),
                isFraud: fraud)
        }
        return builder.finished()
    }

    @Test func shufflingTheFutureChangesNoFeatureBeforeIt() {
        let one = dataset(future: 2, labelsKnownBy: cut)
        let other = dataset(future: 3, labelsKnownBy: cut)
        let width = one.extractor.rawCount
        let before = one.times.count { $0 < cut }
        #expect(before > 1000 && one.labels != other.labels)
        for (column, name) in one.extractor.names.enumerated() {
            let same = (0..<before).allSatisfy { one.rows[$0 * width + column] == other.rows[$0 * width + column] }
            #expect(same, "\(name) depends on what came later")
        }
        // What is later does differ, in every feature that is not the clock's.
        let future = (one: one.rows.dropFirst(before * width), other: other.rows.dropFirst(before * width))
        #expect(future.one != future.other)
        // Had labels been known a day earlier than they are, it would show.
        #expect(
            dataset(future: 3, labelsKnownBy: cut - 2 * day).rows.prefix(before * width)
                != one.rows.prefix(before * width))
    }
}
