extension Checker {
    mutating func call(
        _ function: String, target: Expression?, arguments: [Expression], at expression: Expression
    ) -> StaticType {
        if function == "@grouped", let inner = arguments.first { return type(of: inner) }
        if let target, let full = FunctionNames.namespaced(function, on: target, locals: locals.map(\.name)) {
            return apply(full, isMember: false, to: arguments, at: expression)
        }
        return apply(function, isMember: target != nil, to: (target.map { [$0] } ?? []) + arguments, at: expression)
    }

    private mutating func apply(
        _ function: String, isMember: Bool, to arguments: [Expression], at expression: Expression
    ) -> StaticType {
        let types = arguments.map { type(of: $0) }
        if function == "math.greatest" || function == "math.least" {
            return extremum(function, of: types, at: expression)
        }
        guard let overloads = Signatures.all[Signature.Name(name: function, isMember: isMember)] else {
            return reportUnknown(function, isMember: isMember, at: expression)
        }
        checkConstants(function, arguments)
        var results: [StaticType] = []
        var single: Substitution?
        for overload in overloads where overload.parameters.count == types.count {
            var trial = substitution
            let (parameters, result) = overload.instantiated(in: &trial)
            guard zip(types, parameters).allSatisfy({ trial.unify($0, $1) }) else { continue }
            results.append(trial.resolve(result))
            single = trial
        }
        guard let first = results.first, let single else {
            return reportMismatch(function, types, overloads, expression)
        }
        if results.count == 1 { substitution = single }
        return results.allSatisfy { $0 == first } ? first : .dyn
    }

    /// `math.greatest` and `math.least` take any number of numbers, or one list of them.
    private mutating func extremum(_ function: String, of types: [StaticType], at expression: Expression) -> StaticType
    {
        var elements = types.map { substitution.resolve($0) }
        if elements.count == 1, case .list(let element) = elements[0] { elements = [element] }
        guard let first = elements.first else {
            return report("'\(function)' needs at least one number", at: expression.focus)
        }
        for element in elements {
            if case .variable = element { continue }
            guard element.isNumeric || element == .dyn else {
                return report("'\(function)' takes numbers, found \(element)", at: expression.focus)
            }
        }
        return elements.allSatisfy { $0 == first } ? first : .dyn
    }

    private mutating func reportUnknown(_ function: String, isMember: Bool, at expression: Expression) -> StaticType {
        if Signatures.all[Signature.Name(name: function, isMember: !isMember)] != nil {
            let form = isMember ? "\(function)(x)" : "x.\(function)()"
            return report("'\(function)' is called as \(form)", at: expression.focus)
        }
        let known = Signatures.all.keys.filter { $0.isMember == isMember }.map(\.name)
        let suggestion = NearestName.of(function, among: known).map { "; did you mean '\($0)'?" } ?? ""
        return report("unknown function '\(function)'\(suggestion)", at: expression.focus)
    }

    private mutating func reportMismatch(
        _ function: String, _ types: [StaticType], _ overloads: [Signature], _ expression: Expression
    ) -> StaticType {
        let found = types.map { substitution.resolve($0).description }
        let name = FunctionNames.shown(function)
        guard overloads.contains(where: { $0.parameters.count == types.count }) else {
            let counts = Set(overloads.map { $0.parameters.count - ($0.name.isMember ? 1 : 0) }).sorted()
            let wanted = counts.map(String.init).joined(separator: " or ")
            return report("'\(name)' takes \(wanted) arguments", at: expression.focus)
        }
        var hint = ""
        if types.count == 2, found[0] != found[1], types.allSatisfy({ substitution.resolve($0).isNumeric }) {
            hint =
                "; numbers of different types need a conversion or another literal: 220.0 is a double, 220 an int, 220u a uint"
        }
        return report("'\(name)' does not apply to (\(found.joined(separator: ", ")))\(hint)", at: expression.focus)
    }

    /// Finds what is wrong with literal arguments that would fail on every evaluation.
    private mutating func checkConstants(_ function: String, _ arguments: [Expression]) {
        guard let last = arguments.last, case .literal(.string(let text)) = last.kind else { return }
        switch function {
        case "matches":
            if case .failure(let fault) = Pattern.compile(text) {
                _ = report("the pattern is not valid: \(fault.message)", at: last.span)
            }
        case "timestamp" where Timestamp(rfc3339: text) == nil:
            _ = report("a timestamp is written as in '2024-05-01T12:00:00Z', within years 0001 to 9999", at: last.span)
        case "duration" where DurationText.nanoseconds(of: text) == nil:
            _ = report("a duration is written as in '90s', '1h30m' or '250ms', up to about 292 years", at: last.span)
        default: break
        }
    }
}

extension Signature {
    /// The parameters and the result with this signature's own variables made fresh ones.
    func instantiated(in substitution: inout Substitution) -> (parameters: [StaticType], result: StaticType) {
        let fresh = [substitution.fresh(), substitution.fresh()]
        func replace(_ type: StaticType) -> StaticType {
            switch type {
            case .variable(let number): fresh[number]
            case .list(let element): .list(replace(element))
            case .map(let key, let value): .map(replace(key), replace(value))
            default: type
            }
        }
        return (parameters.map(replace), replace(result))
    }
}
