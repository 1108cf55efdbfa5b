internal import Transactions
internal import Yams

extension RuleSetReader {
    private static let fields = [
        "id", "description", "when", "action", "tier", "priority", "reason", "owner", "expires", "state", "sample",
    ]
    private static let priorities = -1_000_000...1_000_000

    mutating func readRules(_ node: Node) {
        guard let sequence = node.sequence else {
            report("expected a list of rules", at: node, field: "rules")
            return
        }
        var seen: [String: Int] = [:]
        for node in sequence {
            guard let mapping = node.mapping else {
                report("expected a rule: a mapping with 'id', 'when' and 'action'", at: node)
                continue
            }
            let id = mapping["id"]?.scalar?.string
            if let id, let idNode = mapping["id"] {
                if let line = seen[id] {
                    report("the id '\(id)' is taken by the rule on line \(line)", at: idNode, rule: id, field: "id")
                } else {
                    seen[id] = idNode.mark?.line ?? 0
                }
            }
            readRule(mapping, at: node, id: id)
        }
        ruleIDs = Set(seen.keys)
        rules = rules.enumerated().sorted { left, right in
            let (one, other) = (left.element.rule, right.element.rule)
            return (one.tier.rank, -one.priority, left.offset) < (other.tier.rank, -other.priority, right.offset)
        }.map(\.element)
    }

    private mutating func readRule(_ mapping: Node.Mapping, at node: Node, id: String?) {
        reportUnknown(in: mapping, among: Self.fields, rule: id)
        let identifier = required("id", of: mapping, at: node, what: "rule", rule: id)
        let when = required("when", of: mapping, at: node, what: "rule", rule: id)
        let actionText = required("action", of: mapping, at: node, what: "rule", rule: id)
        let action = actionText.flatMap { RuleAction($0) }
        if let actionText, action == nil, let value = mapping["action"] {
            report(
                "unknown action '\(actionText)'; expected \(RuleAction.expectation)", at: value, rule: id,
                field: "action")
        }
        let description = optional("description", of: mapping, rule: id)
        let reasonText = optional("reason", of: mapping, rule: id)
        let compiled = when.flatMap { condition($0, at: mapping["when"] ?? node, rule: id) }
        // Formatting a file must not change what is said of its rules.
        let usualReason = description ?? when.map { ExpressionText.canonical($0) ?? $0 } ?? ""
        let reason =
            reasonText.map { template($0, at: mapping["reason"] ?? node, rule: id) }
            ?? ReasonTemplate(parts: [.text(usualReason)])
        let rule = Rule(
            id: identifier ?? "", description: description, condition: when ?? "", action: action ?? .force(.review),
            tier: choice("tier", of: mapping, default: .override, rule: id), priority: priority(of: mapping, rule: id),
            reason: reasonText ?? usualReason, owner: optional("owner", of: mapping, rule: id),
            expires: time("expires", of: mapping, rule: id),
            state: choice("state", of: mapping, default: .active, rule: id),
            sample: number("sample", of: mapping, in: 0...1, rule: id) ?? 1, line: node.mark?.line ?? 1)
        guard identifier != nil, let action, let compiled else { return }
        let whole = CompiledRule(
            rule: rule, condition: compiled, reason: reason, action: action.description,
            isConditional: rule.expires != nil || rule.sample < 1 || hasSnoozes)
        if rule.state == .off {
            off.append(whole)
        } else {
            rules.append(whole)
        }
    }

    private mutating func priority(of mapping: Node.Mapping, rule: String?) -> Int {
        guard let value = mapping["priority"] else { return 0 }
        guard let number = value.scalar.flatMap({ Int($0.string) }), Self.priorities.contains(number) else {
            report("expected a whole number within ±1000000", at: value, rule: rule, field: "priority")
            return 0
        }
        return number
    }

    private mutating func condition(_ text: String, at node: Node, rule: String?) -> CompiledCondition? {
        guard
            let checked = check(
                text, at: node, names: facts.names, rule: rule, field: "when", wants: [.bool],
                but: "a condition is true or false")
        else { return nil }
        return compile(checked.expression, text, at: node, rule: rule, field: "when").map {
            CompiledCondition(
                expression: $0,
                tests: ConditionTests(
                    of: checked.expression, names: facts.names, slots: facts.eagerSlots, lateSlots: facts.figureSlots))
        }
    }

    private mutating func template(_ text: String, at node: Node, rule: String?) -> ReasonTemplate {
        var parts: [ReasonTemplate.Part] = []
        do throws(ExpressionFault) {
            for (text, hole) in try ReasonTemplate.split(text) {
                if !text.isEmpty { parts.append(.text(text)) }
                guard let hole,
                    let checked = check(hole.text, at: node, names: facts.names, rule: rule, field: "reason"),
                    let expression = compile(checked.expression, hole.text, at: node, rule: rule, field: "reason")
                else { continue }
                parts.append(.expression(expression))
            }
        } catch {
            diagnostics.append(source.diagnostic(error, in: text, at: node, rule: rule, field: "reason"))
        }
        return ReasonTemplate(parts: parts)
    }
}
