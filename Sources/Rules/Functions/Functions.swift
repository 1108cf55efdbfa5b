/// Every function by its name and call style.
enum Functions {
    static let all: [Signature.Name: Implementation] = {
        var table: [Signature.Name: Implementation] = [:]
        for (name, function) in conversions { table[Signature.Name(name: name, isMember: false)] = function }
        for (name, function) in mathematics { table[Signature.Name(name: name, isMember: false)] = function }
        for (name, function) in listFunctions { table[Signature.Name(name: name, isMember: false)] = function }
        for (name, function) in encoding { table[Signature.Name(name: name, isMember: false)] = function }
        for (name, function) in lists { table[Signature.Name(name: name, isMember: true)] = function }
        for (name, function) in strings { table[Signature.Name(name: name, isMember: true)] = function }
        for (name, function) in times { table[Signature.Name(name: name, isMember: true)] = function }
        for style in [true, false] {
            table[Signature.Name(name: "size", isMember: style)] = size
            table[Signature.Name(name: "matches", isMember: style)] = matches
        }
        table[Signature.Name(name: "strings.quote", isMember: false)] = quote
        return table
    }()

    static let size: Implementation = { arguments, budget in
        guard arguments.count == 1 else { return .noSuchOverload }
        switch arguments[0] {
        case .string(let text):
            budget.spend(bytes: text.utf8.count)
            return .int(Int64(text.unicodeScalars.count))
        case .bytes(let bytes): return .int(Int64(bytes.count))
        case .list(let elements): return .int(Int64(elements.count))
        case .map(let map): return .int(Int64(map.count))
        default: return .noSuchOverload
        }
    }

    /// A pattern known only at run time; constant ones are compiled with the expression.
    static let matches: Implementation = { arguments, budget in
        guard arguments.count == 2, case .string(let text) = arguments[0], case .string(let pattern) = arguments[1]
        else {
            return .noSuchOverload
        }
        budget.spend(pattern.utf8.count)
        switch Pattern.compile(pattern) {
        case .failure(let fault): return .invalid("the pattern is not valid: \(fault.message)")
        case .success(let compiled):
            budget.spend(compiled.steps.count)
            var matcher = PatternMatcher()
            return .bool(matcher.matches(compiled, in: text, budget: &budget))
        }
    }
}
