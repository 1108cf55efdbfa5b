internal import Transformer

/// Makes up well-formed conditions from a seed: what changed examples seldom are, and what alone reaches the evaluator.
struct ExpressionGrammar {
    private enum Kind: CaseIterable {
        case bool, int, double, text, list, time, length
    }

    private var random: SplitMix64
    private var variables: [(name: String, kind: Kind)] = []

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// A condition of the demo's transactions.
    mutating func condition() -> String { expression(.bool, 1 + below(5)) }

    private mutating func expression(_ kind: Kind, _ depth: Int) -> String {
        // Now and then one of another type: the checker has to say no.
        let kind = below(60) == 0 ? Kind.allCases[below(Kind.allCases.count)] : kind
        let known = variables.filter { $0.kind == kind }
        if !known.isEmpty, below(3) == 0 { return known[below(known.count)].name }
        if depth <= 0 { return leaf(kind) }
        if below(8) == 0 {
            return "(\(expression(.bool, depth - 1)) ? \(expression(kind, depth - 1)) : \(expression(kind, depth - 1)))"
        }
        return switch kind {
        case .bool: condition(depth - 1)
        case .int, .double: number(kind, depth - 1)
        case .text: text(depth - 1)
        case .list: list(depth - 1)
        case .time: "(\(expression(.time, depth - 1)) \(one(["+", "-"])) \(expression(.length, depth - 1)))"
        case .length:
            below(2) == 0
                ? "(\(expression(.time, depth - 1)) - \(expression(.time, depth - 1)))"
                : "(\(expression(.length, depth - 1)) + \(expression(.length, depth - 1)))"
        }
    }

    private mutating func leaf(_ kind: Kind) -> String {
        switch kind {
        case .bool: one(["true", "false", "has(tx.category)", "has(tx.country)", "1 / 0 > 0", "velocity.n > 0"])
        case .int:
            one(["0", "1", "-1", "7", "9223372036854775807", "-9223372036854775808", "user.events_seen", "velocity.n"])
        case .double:
            one(["0.0", "-0.5", "1e308", "tx.amount", "tx.distance_km", "score", "double('NaN')", "velocity.s"])
        case .text: one(["''", "'a'", "'é😀'", "tx.category", "tx.channel", "tx.country", "r'\\d+'", "'%d %s'"])
        case .list: one(["[]", "[1, 2, 3]", "[0]", "[7, -1, 7, 7]", "lists.range(5)"])
        case .time: one(["tx.time", "now", "timestamp(0)", "timestamp('9999-12-31T23:59:59Z')", "user.first_seen"])
        case .length: one(["duration('1h')", "duration('-1ns')", "duration('2562047h')"])
        }
    }

    private mutating func condition(_ depth: Int) -> String {
        let kind = Kind.allCases[below(Kind.allCases.count)]
        switch below(12) {
        case 0, 1: return "(\(expression(.bool, depth)) && \(expression(.bool, depth)))"
        case 2: return "(\(expression(.bool, depth)) || \(expression(.bool, depth)))"
        case 3: return "!\(expression(.bool, 0))"
        case 4: return "(\(expression(kind, depth)) \(one(["==", "!="])) \(expression(kind, depth)))"
        case 5: return "(\(expression(.int, depth)) in \(expression(.list, depth)))"
        case 6:
            let range = expression(.list, depth)
            return one(["all", "exists", "exists_one"]).macro(on: range, of: bound(.int, .bool, depth))
        case 7: return "\(expression(.text, depth)).\(one(["contains", "startsWith"]))(\(expression(.text, depth)))"
        case 8:
            return "\(expression(.text, depth)).matches('\(one(["^(a|b)*c+$", "(a*)*b", "[^x]{2,9}", "\\\\p{L}+"]))')"
        case 9:
            return "sets.\(one(["contains", "equivalent"]))(\(expression(.list, depth)), \(expression(.list, depth)))"
        default:
            // Lists have no order; numbers are compared most.
            let compared: Kind = below(3) == 0 && kind != .list ? kind : below(2) == 0 ? .int : .double
            return "(\(expression(compared, depth)) \(one(["<", "<=", ">", ">="])) \(expression(compared, depth)))"
        }
    }

    private mutating func number(_ kind: Kind, _ depth: Int) -> String {
        switch below(8) {
        case 0 where kind == .int: "size(\(expression(below(2) == 0 ? .list : .text, depth)))"
        case 1 where kind == .int: "int(\(expression(.double, depth)))"
        case 2 where kind == .int: "\(expression(.time, depth)).\(one(["getHours('Asia/Tokyo')", "getDayOfYear()"]))"
        case 3 where kind == .int: "\(expression(.list, depth))[\(expression(.int, depth))]"
        case 1: "double(\(expression(.int, depth)))"
        case 4: "math.\(one(["greatest", "least"]))(\(expression(kind, depth)), \(expression(kind, depth)))"
        case 5:
            "cel.bind(\(bound(kind, kind, depth, after: expression(kind, depth))))"
        default:
            "(\(expression(kind, depth)) \(one(kind == .int ? ["+", "-", "*", "/", "%"] : ["+", "-", "*", "/"])) "
                + "\(expression(kind, depth)))"
        }
    }

    private mutating func text(_ depth: Int) -> String {
        switch below(6) {
        case 0: "string(\(expression(Kind.allCases[below(4)], depth)))"
        case 1: "\(expression(.text, depth)).substring(\(expression(.int, 0)))"
        case 2: "\(expression(.text, depth)).split(\(expression(.text, 0))).join('-')"
        case 3:
            "'%s %.3f %x'.format([\(expression(.list, depth)), \(expression(.double, depth)), \(expression(.int, 0))])"
        case 4: "\(expression(.text, depth)).replace(\(expression(.text, 0)), \(expression(.text, 0)))"
        default: "(\(expression(.text, depth)) + \(expression(.text, depth)))"
        }
    }

    private mutating func list(_ depth: Int) -> String {
        let range = expression(.list, depth)
        switch below(7) {
        case 0: return "map".macro(on: range, of: bound(.int, .int, depth))
        case 1: return "filter".macro(on: range, of: bound(.int, .bool, depth))
        case 2: return "(\(range) + \(expression(.list, depth)))"
        case 3: return "\(range).\(one(["sort", "distinct", "reverse"]))()"
        case 4: return "\(range).slice(\(expression(.int, 0)), \(expression(.int, 0)))"
        case 5: return "\(range).transformList(i, \(bound(.int, .int, depth)))"
        default: return "[\(expression(.int, depth)), \(expression(.int, depth))]"
        }
    }

    /// A variable, what comes between, and a body that may use it.
    private mutating func bound(_ kind: Kind, _ body: Kind, _ depth: Int, after middle: String? = nil) -> String {
        let name = "v\(variables.count)"
        variables.append((name, kind))
        defer { variables.removeLast() }
        return "\(name), \(middle.map { $0 + ", " } ?? "")\(expression(body, depth))"
    }

    private mutating func one(_ choices: [String]) -> String { choices[below(choices.count)] }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
}

extension String {
    fileprivate func macro(on range: String, of arguments: String) -> String { "\(range).\(self)(\(arguments))" }
}
