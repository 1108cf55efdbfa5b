public import Transactions

/// A seeded choice of users whose labels count as known; the others' are as if nobody had looked at them.
///
/// Users are ranked by a hash of seed and id, so a larger share of the same seed holds the smaller one's users, and a
/// choice depends on nothing but who the users are.
public struct LabelledUsers: Hashable, Sendable {
    public let users: Set<Text>

    /// - Parameters:
    ///   - all: every user, in any order.
    ///   - fraction: the share to choose, above 0 to 1; at least one user is chosen.
    public init(of all: some Sequence<String>, fraction: Double, seed: UInt64) {
        let ranked = Set(all.map(Text.init)).map { (rank: Self.rank($0, seed: seed), user: $0) }
            .sorted { ($0.rank, $0.user.string) < ($1.rank, $1.user.string) }
        let count = min(ranked.count, max(1, Int((fraction * Double(ranked.count)).rounded())))
        users = Set(ranked.prefix(count).map(\.user))
    }

    /// Chooses among the users of files who appear before a moment.
    ///
    /// - Throws: `DataFileError` naming the file and the line.
    public init(
        paths: [String], schema: TransactionSchema, until: EventTime, fraction: Double, seed: UInt64
    ) throws(DataFileError) {
        var all: Set<Text> = []
        for path in paths {
            let reader = try TransactionFile(path: path, schema: schema).reader()
            while let item = try reader.next() {
                if item.transaction.time < until { all.insert(Text(item.transaction.user)) }
            }
        }
        self.init(of: all.map(\.string), fraction: fraction, seed: seed)
    }

    public func contains(_ user: String) -> Bool { users.contains(Text(user)) }

    private static func rank(_ user: Text, seed: UInt64) -> UInt64 {
        StableHash.identifier("\(seed) \(user.string)")
    }
}
