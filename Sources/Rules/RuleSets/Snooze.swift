public import Transactions

/// A time during which a rule's matches do not count for one user or entity.
public struct Snooze: Hashable, Sendable {
    /// The rule, or nil for every rule that is not mandatory.
    public let rule: String?
    /// The entity's name in the schema; nil for a user.
    public let entity: String?
    /// The user's id or the entity's key.
    public let key: String
    /// Matches count again from this event time on.
    public let until: EventTime

    /// Whether it holds for a rule's match on a transaction.
    func covers(_ transaction: Transaction, _ matched: Rule, entityNames: [String]) -> Bool {
        guard transaction.time < until, rule.map({ $0 == matched.id }) ?? (matched.tier != .mandatory) else {
            return false
        }
        guard let entity else { return Text.equal(transaction.user, key) }
        guard let index = entityNames.firstIndex(of: entity), index < transaction.entities.count,
            let value = transaction.entities[index]
        else { return false }
        return Text.equal(value, key)
    }
}
