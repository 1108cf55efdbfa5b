extension Checker {
    /// The type of a name, a field of one, or a field of any other value.
    mutating func nameOrField(_ expression: Expression) -> StaticType {
        if let (name, isAbsolute) = expression.qualifiedName ?? testedName(expression) {
            let root = name.prefix { $0 != "." }
            if isAbsolute || !locals.contains(where: { $0.name == root }) {
                if let found = names.lookUp(name, isAbsolute: isAbsolute) {
                    return isTest(expression) ? .bool : found.entry.type
                }
                guard resolvesInPart(name, isAbsolute: isAbsolute) else { return reportUnknown(expression) }
            } else if case .name = expression.kind {
                return locals.last { $0.name == root }?.type ?? .dyn
            }
        }
        guard case .select(let operand, _, let isTest) = expression.kind else { return .dyn }
        let operandType = substitution.resolve(type(of: operand))
        switch operandType {
        case .map(let key, let value):
            guard substitution.unify(key, .string) else {
                return report(
                    "a field can be selected where the map's keys are strings, found \(operandType)",
                    at: expression.focus)
            }
            return isTest ? .bool : value
        case .dyn, .variable: return isTest ? .bool : .dyn
        default:
            return report("a \(operandType) has no fields", at: expression.focus)
        }
    }

    private func isTest(_ expression: Expression) -> Bool {
        if case .select(_, _, true) = expression.kind { true } else { false }
    }

    /// The dotted name inside `has(…)`.
    private func testedName(_ expression: Expression) -> (name: String, isAbsolute: Bool)? {
        guard case .select(let operand, let field, true) = expression.kind else { return nil }
        return operand.qualifiedName.map { ($0.name + "." + field, $0.isAbsolute) }
    }

    private func resolvesInPart(_ name: String, isAbsolute: Bool) -> Bool {
        var rest = name[...]
        while let dot = rest.lastIndex(of: ".") {
            rest = rest[..<dot]
            if names.lookUp(String(rest), isAbsolute: isAbsolute) != nil { return true }
        }
        return false
    }

    private mutating func reportUnknown(_ expression: Expression) -> StaticType {
        guard let (name, _) = expression.qualifiedName ?? testedName(expression) else { return .dyn }
        if names.isGroup(name) {
            let example = names.entries.keys.filter { $0.hasPrefix(name + ".") }.min() ?? ""
            return report("'\(name)' is a group of fields; name one of them, such as '\(example)'", at: expression.span)
        }
        let group = name.lastIndex(of: ".").map { String(name[..<$0]) }
        let kind = group.map { names.isGroup($0) } == true ? "field" : "name"
        let suggestion = names.nearest(to: name).map { "; did you mean '\($0)'?" } ?? known(in: group)
        var span = expression.span
        if isTest(expression) { span = expression.focus }
        return report("unknown \(kind) '\(name)'\(suggestion)", at: span)
    }

    /// What a group does have, where no name in it is close.
    private func known(in group: String?) -> String {
        guard let group else { return "" }
        let fields = names.entries.keys.filter { $0.hasPrefix(group + ".") }.sorted()
        guard !fields.isEmpty, fields.count <= 12 else { return "" }
        return "; '\(group)' has \(fields.map { $0.dropFirst(group.count + 1) }.joined(separator: ", "))"
    }
}
