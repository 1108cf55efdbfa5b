public import Transactions

/// A time during which a rule's matches do not count for one user or entity.
public struct Snooze: Hashable, Sendable {
    /// The rule, or nil for every rule.
    public let rule: String?
    /// The entity's name in the schema; nil for a user.
    public let entity: String?
    /// The user's id or the entity's key.
    public let key: String
    /// Matches count again from this event time on.
    public let until: EventTime

    /// Whether it holds for a transaction.
    func covers(_ transaction: Transaction, rule id: String, entityNames: [String]) -> Bool {
        guard transaction.time < until, rule == nil || rule == id else { return false }
        guard let entity else { return transaction.user == key }
        guard let index = entityNames.firstIndex(of: entity), index < transaction.entities.count else { return false }
        return transaction.entities[index] == key
    }
}
