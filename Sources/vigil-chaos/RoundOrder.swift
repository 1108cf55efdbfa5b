/// What one round is to be: all that the process which plays it must know.
struct RoundOrder: Codable {
    var name: String
    var seed: UInt64
    var feedSeed: UInt64
    var transactions: Int
    /// Processors at the beginning.
    var size: Int
    var isCooperative: Bool
    /// How long the feed goes out while processors are disturbed; nil disturbs nobody.
    var disturbedSeconds: Double?
    var kills: Int
    /// Directory of model, rules and logs, and the program to break.
    var directory: String
    var binary: String

    /// The event time that a feed spreads over.
    private static let days = 12

    /// The scores that every round must give: of the round that nobody disturbed.
    var referencePath: String { directory + "/reference.json" }
    /// Where the round's verdict is left.
    var verdictPath: String { "\(directory)/\(name).verdict.json" }

    var feed: Feed { Feed(seed: feedSeed, transactions: transactions, days: Self.days) }
}
