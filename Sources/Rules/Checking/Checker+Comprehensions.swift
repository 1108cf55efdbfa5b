extension Checker {
    mutating func comprehension(_ comprehension: Comprehension) -> StaticType {
        let range = substitution.resolve(type(of: comprehension.range))
        if comprehension.form == .bind {
            locals.append((comprehension.variable, range))
            defer { locals.removeLast() }
            return type(of: comprehension.body)
        }
        let (first, second): (StaticType, StaticType)
        switch range {
        case .list(let element): (first, second) = comprehension.second == nil ? (element, .dyn) : (.int, element)
        case .map(let key, let value): (first, second) = (key, value)
        case .dyn, .variable: (first, second) = (.dyn, .dyn)
        default:
            _ = report("a macro runs over a list or a map, found \(range)", at: comprehension.range.span)
            (first, second) = (.dyn, .dyn)
        }
        let depth = locals.count
        defer { locals.removeSubrange(depth...) }
        locals.append((comprehension.variable, first))
        if let name = comprehension.second { locals.append((name, second)) }
        if let condition = comprehension.condition { expect(.bool, of: condition, by: "the macro's filter") }
        switch comprehension.form {
        case .all, .exists, .existsOne:
            expect(.bool, of: comprehension.body, by: "the macro's condition")
            return .bool
        case .filter:
            expect(.bool, of: comprehension.body, by: "the macro's condition")
            return .list(first)
        case .map: return .list(type(of: comprehension.body))
        case .bind: return .dyn
        case .transformMap: return .map(first, type(of: comprehension.body))
        case .transformMapEntry:
            let entry = substitution.resolve(type(of: comprehension.body))
            switch entry {
            case .map, .dyn: return entry
            default: return report("transformMapEntry needs a map, found \(entry)", at: comprehension.body.span)
            }
        }
    }
}
