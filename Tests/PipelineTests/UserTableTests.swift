import Scoring
import Sequences
import Testing

@testable import Pipeline

struct UserTableTests {
    private func entry(_ id: String, hash: UInt64) -> UserTable.Entry {
        UserTable.Entry(
            id: id, hash: hash, state: UserState(history: UserHistory(rawCount: 1, capacity: 1)), pseudonym: "p" + id,
            checkpointEpoch: nil)
    }

    @Test func findsEveryUserWhileItGrowsAndAfterRemovals() {
        var table = UserTable()
        for number in 0..<3000 {
            let (id, hash) = ("u\(number)", StableHash.identifier("u\(number)"))
            #expect(table.index(of: id, hash: hash) == nil)
            #expect(table.append(entry(id, hash: hash)) == number)
        }
        func found(_ number: Int) -> String? {
            table.index(of: "u\(number)", hash: StableHash.identifier("u\(number)")).map { table[$0].id }
        }
        for number in 0..<3000 { #expect(found(number) == "u\(number)") }
        table.removeAll { $0.pseudonym.hasSuffix("7") }
        #expect(table.count == 2700)
        for number in 0..<3000 { #expect(found(number) == (number % 10 == 7 ? nil : "u\(number)")) }
    }

    /// Two users whose hashes are equal, whole or in the part that a slot keeps, are two users.
    @Test func equalHashesAreNotEqualUsers() {
        var table = UserTable()
        let hash: UInt64 = 0x1234_5678_0000_000f
        for (number, other) in [hash, hash, hash ^ 0x100, hash ^ (1 << 63)].enumerated() {
            #expect(table.index(of: "v\(number)", hash: other) == nil)
            _ = table.append(entry("v\(number)", hash: other))
        }
        for (number, other) in [hash, hash, hash ^ 0x100, hash ^ (1 << 63)].enumerated() {
            #expect(table.index(of: "v\(number)", hash: other) == number)
        }
        #expect(table.index(of: "v9", hash: hash) == nil)
    }
}
