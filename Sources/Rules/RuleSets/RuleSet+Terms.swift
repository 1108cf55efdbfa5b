internal import Sequences
internal import Transactions

extension RuleSet {
    /// Whether a matched rule is for this transaction: not expired, and the user in its sample.
    func applies(_ rule: Rule, to transaction: Transaction) -> Bool {
        if let expires = rule.expires, transaction.time >= expires { return false }
        guard rule.sample < 1 else { return true }
        let hash = StableHash.entity(name: rule.id, key: transaction.user)
        return Double(hash >> 11) * 0x1p-53 < rule.sample
    }

    func isSnoozed(_ rule: Rule, for transaction: Transaction) -> Bool {
        guard !snoozesByKey.isEmpty else { return false }
        func isSnoozed(_ key: String) -> Bool {
            snoozesByKey[Text(key)]?.contains { $0.covers(transaction, rule, entityNames: entityNames) } ?? false
        }
        return isSnoozed(transaction.user) || transaction.entities.contains { $0.map(isSnoozed) ?? false }
    }
}
