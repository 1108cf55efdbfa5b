extension Functions {
    /// The last argument where it is an int in the given place; nil where it is no int; -1, no limit, where it is absent.
    private static func limit(_ arguments: Arguments, at position: Int) -> Int64? {
        guard arguments.count > position else { return -1 }
        if case .int(let limit) = arguments[position] { return limit }
        return nil
    }

    /// The pieces of a text between occurrences of a separator, at most `count` of them where that is not negative;
    /// an empty separator cuts between code points.
    private static func pieces(of text: String, by separator: String, count: Int64, _ budget: inout Budget) -> [String]
    {
        budget.spend(bytes: text.utf8.count * (4 + separator.utf8.count / 8))
        let scalars = Array(text.unicodeScalars)
        let marks = Array(separator.unicodeScalars)
        var pieces: [String] = []
        var start = 0
        var position = marks.isEmpty ? 1 : 0
        while position + marks.count <= scalars.count, count < 0 || pieces.count + 1 < count, !budget.isSpent {
            guard
                marks.isEmpty
                    ? position < scalars.count : scalars[position..<position + marks.count].elementsEqual(marks)
            else {
                position += 1
                continue
            }
            pieces.append(string(scalars[start..<position]))
            start = position + marks.count
            position = marks.isEmpty ? position + 1 : start
            budget.spend(2)
        }
        if !marks.isEmpty || !scalars.isEmpty { pieces.append(string(scalars[start...])) }
        return pieces
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    static let split: Implementation = { arguments, budget in
        guard (2...3).contains(arguments.count), case .string(let text) = arguments[0],
            case .string(let separator) = arguments[1], let limit = limit(arguments, at: 2)
        else { return .noSuchOverload }
        if limit == 0 { return .list([]) }
        let pieces = pieces(of: text, by: separator, count: limit, &budget)
        return budget.isSpent ? .failure(.costExceeded) : .list(pieces.map { .string($0) })
    }

    static let join: Implementation = { arguments, budget in
        guard (1...2).contains(arguments.count), case .list(let elements) = arguments[0] else { return .noSuchOverload }
        var separator = ""
        if arguments.count == 2 {
            guard case .string(let given) = arguments[1] else { return .noSuchOverload }
            separator = given
        }
        var result = ""
        for (number, element) in elements.enumerated() {
            guard case .string(let text) = element else { return .noSuchOverload }
            budget.spend(bytes: text.utf8.count + separator.utf8.count)
            if budget.isSpent { return .failure(.costExceeded) }
            if number > 0 { result += separator }
            result += text
        }
        return .string(result)
    }

    static let replace: Implementation = { arguments, budget in
        guard (3...4).contains(arguments.count), case .string(let text) = arguments[0],
            case .string(let old) = arguments[1],
            case .string(let new) = arguments[2], let limit = limit(arguments, at: 3)
        else { return .noSuchOverload }
        if limit == 0 { return arguments[0] }
        if old.isEmpty { return insert(new, into: text, limit: limit, &budget) }
        let pieces = pieces(of: text, by: old, count: limit < 0 ? -1 : limit.saturatingSuccessor, &budget)
        budget.spend(bytes: text.utf8.count)
        for _ in pieces where !budget.isSpent { budget.spend(bytes: new.utf8.count) }
        return budget.isSpent ? .failure(.costExceeded) : .string(pieces.joined(separator: new))
    }

    /// Replacing nothing: the new text goes before each code point and at the end, `limit` times at most.
    private static func insert(_ new: String, into text: String, limit: Int64, _ budget: inout Budget) -> Value {
        var left = limit < 0 ? Int64.max : limit
        var result = ""
        func canInsert() -> Bool {
            budget.spend(bytes: new.utf8.count)
            defer { left -= 1 }
            return left > 0 && !budget.isSpent
        }
        for scalar in text.unicodeScalars {
            if canInsert() { result += new }
            result.unicodeScalars.append(scalar)
            if budget.isSpent { return .failure(.costExceeded) }
        }
        if canInsert() { result += new }
        return budget.isSpent ? .failure(.costExceeded) : .string(result)
    }

    /// `strings.quote`: in double quotes, with escapes for what would not print as itself.
    static let quote: Implementation = { arguments, budget in
        guard arguments.count == 1, case .string(let text) = arguments[0] else { return .noSuchOverload }
        budget.spend(bytes: text.utf8.count)
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0B}": result += "\\v"
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return .string(result + "\"")
    }
}

extension Int64 {
    fileprivate var saturatingSuccessor: Int64 { self == .max ? self : self + 1 }
}
