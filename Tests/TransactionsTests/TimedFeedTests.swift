import Testing
import Transactions

struct TimedFeedTests {
    /// Transactions at given seconds, all with labels; every third is fraud.
    private struct Source: LabelledTransactionSource {
        let name = "feed.csv"
        var seconds: [Int64]
        var index = 0

        init(_ seconds: [Int64]) {
            self.seconds = seconds
        }

        mutating func next() throws(DataFileError) -> LabelledTransaction? {
            guard index < seconds.count else { return nil }
            defer { index += 1 }
            let transaction = Transaction(
                id: "\(index)", user: "u", time: EventTime(milliseconds: seconds[index] * 1000), amount: 1,
                entities: ["t"])
            return LabelledTransaction(transaction: transaction, isFraud: index % 3 == 0, line: index + 2)
        }
    }

    private func texts(
        _ seconds: [Int64], delay: Int64, labels: FeedLabels = .all, order: FeedOrder = .verified
    ) throws -> [String] {
        var feed = try TimedFeed(Source(seconds), labelDelayMilliseconds: delay * 1000, labels: labels, order: order)
        var texts: [String] = []
        while let event = try feed.next() {
            switch event {
            case .transaction(let transaction): texts.append("t\(transaction.id)@\(event.time.milliseconds / 1000)")
            case .label(let label): texts.append("l\(label.transactionID)@\(event.time.milliseconds / 1000)")
            }
        }
        return texts
    }

    @Test func labelsComeWhenTheyBecomeKnown() throws {
        #expect(
            try texts([1, 2, 2, 5, 20], delay: 3) == [
                "t0@1", "t1@2", "t2@2", "l0@4", "l1@5", "l2@5", "t3@5", "l3@8", "t4@20", "l4@23",
            ])
    }

    @Test func withoutDelayALabelFollowsItsTransaction() throws {
        #expect(try texts([1, 1, 2], delay: 0) == ["t0@1", "l0@1", "t1@1", "l1@1", "t2@2", "l2@2"])
    }

    @Test func fraudOnlyOrNone() throws {
        #expect(
            try texts([1, 2, 3, 4], delay: 1, labels: .fraudOnly) == ["t0@1", "l0@2", "t1@2", "t2@3", "t3@4", "l3@5"])
        #expect(try texts([1, 2], delay: 1, labels: .none) == ["t0@1", "t1@2"])
    }

    @Test func goingBackInTimeNamesTheLine() {
        let error = #expect(throws: DataFileError.self) { try texts([1, 3, 2], delay: 1) }
        #expect(error?.file == "feed.csv")
        #expect(error?.line == 4)
    }

    @Test func sortingIsStable() throws {
        #expect(
            try texts([3, 1, 3, 2, 1], delay: 0, labels: .none, order: .sorted) == [
                "t1@1", "t4@1", "t3@2", "t0@3", "t2@3",
            ])
    }

    @Test func manyLabelsKeepTheirOrder() throws {
        var random = SeededGenerator(seed: 2)
        var time: Int64 = 0
        let seconds = (0..<30_000).map { _ in
            time += Int64.random(in: 0...2, using: &random)
            return time
        }
        var feed = try TimedFeed(Source(seconds), labelDelayMilliseconds: 7_000_000)
        var (last, transactions, labels) = (EventTime(milliseconds: 0), 0, 0)
        while let event = try feed.next() {
            #expect(event.time >= last)
            last = event.time
            switch event {
            case .transaction: transactions += 1
            case .label(let label):
                #expect(label.transactionID == "\(labels)")
                labels += 1
            }
        }
        #expect((transactions, labels) == (30_000, 30_000))
    }
}
