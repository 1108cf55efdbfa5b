internal import Transactions
internal import Yams

extension RuleSetReader {
    mutating func readSnoozes(_ node: Node) {
        let entities = schema.entities.map(\.name)
        for item in items(of: node, field: "snoozes") {
            guard let mapping = item.mapping else {
                report("expected a mapping with a user or an entity, and 'until'", at: item, field: "snoozes")
                continue
            }
            reportUnknown(in: mapping, among: ["rule", "until", "reason", "user"] + entities)
            let rule = optional("rule", of: mapping)
            if let rule, let value = mapping["rule"], !ruleIDs.contains(rule) {
                reportUnknown(rule: rule, at: value, field: "snoozes")
            }
            _ = optional("reason", of: mapping)
            let keys = (["user"] + entities).filter { mapping[$0] != nil }
            guard keys.count == 1, let name = keys.first else {
                report(
                    "expected one user or entity: \((["user"] + entities).joined(separator: ", "))", at: item,
                    field: "snoozes")
                continue
            }
            guard required("until", of: mapping, at: item, what: "snooze") != nil,
                let until = time("until", of: mapping), let key = optional(name, of: mapping)
            else { continue }
            snoozes.append(Snooze(rule: rule, entity: name == "user" ? nil : name, key: key, until: until))
        }
    }

    mutating func readBreakers(_ node: Node) {
        guard let mapping = node.mapping else {
            report("expected a mapping from 'allow' or 'decline' to its limit", at: node, field: "breakers")
            return
        }
        for (key, value) in mapping {
            guard let action = key.string.flatMap(Disposition.init(rawValue:)), action != .review else {
                report("expected 'allow' or 'decline'", at: key, field: "breakers")
                continue
            }
            let place = "breakers.\(action.rawValue)"
            guard let fields = value.mapping else {
                report("expected a mapping with 'daily_share'", at: value, field: place)
                continue
            }
            reportUnknown(in: fields, among: ["daily_share", "after"])
            guard required("daily_share", of: fields, at: value, what: "breaker") != nil,
                let share = number("daily_share", of: fields, in: 0...1)
            else { continue }
            let allowance = number("after", of: fields, in: 0...1e12) ?? 100
            breakers.append(CircuitBreaker(action: action, dailyShare: share, allowance: Int(allowance)))
        }
    }

    /// The elements of a list; reported where it is none.
    mutating func items(of node: Node, field: String) -> [Node] {
        if let sequence = node.sequence { return Array(sequence) }
        if node.null == nil { report("expected a list", at: node, field: field) }
        return []
    }
}
