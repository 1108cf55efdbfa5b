import Transactions

/// A till in a shop, or a merchant's page on the internet.
struct Terminal: Hashable, Sendable {
    /// A time during which part of what passes a terminal is fraud.
    struct Compromise: Hashable, Sendable {
        /// The first day that is clean again.
        var endDay: Int
        /// The share of transactions that are fraud.
        var share: Double
    }

    var id: String
    var merchant: String
    var category: SpendingCategory
    var country: String
    /// Nil on the internet.
    var place: GeographicPoint?
    /// How many users go there often.
    var regulars = 0
    var compromise: Compromise?
}
