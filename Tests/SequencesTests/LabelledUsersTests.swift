import Sequences
import Testing
import Transactions

@Suite struct LabelledUsersTests {
    private struct Source: LabelledTransactionSource {
        var items: [LabelledTransaction]
        var name: String { "memory" }

        mutating func next() -> LabelledTransaction? { items.isEmpty ? nil : items.removeFirst() }
    }

    /// 60 days at one terminal, one event an hour, the users in turn.
    private func items(users: Int, hidden: Set<String> = []) -> [LabelledTransaction] {
        (0..<60 * 24).map { event in
            let user = "u\(event % users)"
            return LabelledTransaction(
                transaction: transaction("\(event)", user: user, at: Int64(event) * hour),
                isFraud: hidden.contains(user) ? nil : event % 7 == 0, line: event)
        }
    }

    private func load(_ items: [LabelledTransaction], _ labelled: LabelledUsers?) throws -> HistoricalDataset {
        try HistoricalDataset.load(schema: testSchema, historyCapacity: 9, labelled: labelled) {
            () throws(DataFileError) in [Source(items: items)]
        }
    }

    @Test func theSeedChoosesAndALargerShareHoldsTheSmallerOne() {
        let all = (0..<1000).map { "card \($0)" }
        let few = LabelledUsers(of: all, fraction: 0.01, seed: 1)
        #expect(few.users.count == 10 && few == LabelledUsers(of: all.reversed() + all, fraction: 0.01, seed: 1))
        #expect(LabelledUsers(of: all, fraction: 0.05, seed: 1).users.isSuperset(of: few.users))
        #expect(LabelledUsers(of: all, fraction: 0.01, seed: 2) != few)
        #expect(LabelledUsers(of: all, fraction: 1e-9, seed: 1).users.count == 1)
    }

    @Test func twoSpellingsOfAnIDAreTwoUsers() {
        let all = LabelledUsers(of: ["\u{e9}", "e\u{301}"], fraction: 1, seed: 1)
        #expect(all.users.count == 2)
        let one = LabelledUsers(of: ["\u{e9}", "e\u{301}"], fraction: 0.5, seed: 1)
        #expect(one.contains("\u{e9}") != one.contains("e\u{301}"))
    }

    @Test func theOthersLabelsAreAsIfTheyWereNotThere() throws {
        let chosen = LabelledUsers(of: (0..<8).map { "u\($0)" }, fraction: 0.25, seed: 3)
        let masked = try load(items(users: 8), chosen)
        let others = Set((0..<8).map { "u\($0)" }.filter { !chosen.contains($0) })
        let absent = try load(items(users: 8, hidden: others), nil)
        #expect(masked.labels == absent.labels && masked.rows == absent.rows)
        #expect(masked.labels.count { $0 >= 0 } == 360)
        // The terminal's risk is another than with everyone's labels: the rows above are not equal for want of any.
        #expect(try load(items(users: 8), nil).rows != masked.rows)
    }
}
