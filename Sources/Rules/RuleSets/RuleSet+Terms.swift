internal import Sequences
internal import Transactions

extension RuleSet {
    /// Whether a matched rule is for this transaction: not expired, and the user in its sample.
    func applies(_ rule: Rule, to transaction: Transaction) -> Bool {
        !isExpired(rule, for: transaction) && isSampled(rule, for: transaction)
    }

    private func isExpired(_ rule: Rule, for transaction: Transaction) -> Bool {
        rule.expires.map { transaction.time >= $0 } ?? false
    }

    private func isSampled(_ rule: Rule, for transaction: Transaction) -> Bool {
        guard rule.sample < 1 else { return true }
        let hash = StableHash.entity(name: rule.id, key: transaction.user)
        return Double(hash >> 11) * 0x1p-53 < rule.sample
    }

    /// All that keeps a match of the rule on this transaction from acting.
    func setAside(_ rule: Rule, for transaction: Transaction) -> [RuleExplanation.SetAside] {
        var setAside: [RuleExplanation.SetAside] = []
        if rule.state == .off { setAside.append(.off) }
        if isExpired(rule, for: transaction) { setAside.append(.expired) }
        if !isSampled(rule, for: transaction) { setAside.append(.notSampled) }
        if rule.state == .shadow { setAside.append(.shadow) }
        if isSnoozed(rule, for: transaction) { setAside.append(.snoozed) }
        return setAside
    }

    func isSnoozed(_ rule: Rule, for transaction: Transaction) -> Bool {
        guard !snoozesByKey.isEmpty else { return false }
        func isSnoozed(_ key: String) -> Bool {
            snoozesByKey[Text(key)]?.contains { $0.covers(transaction, rule, entityNames: entityNames) } ?? false
        }
        return isSnoozed(transaction.user) || transaction.entities.contains { $0.map(isSnoozed) ?? false }
    }
}
