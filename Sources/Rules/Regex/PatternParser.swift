/// Reads RE2's syntax: no back-references and no look-around, so that matching stays linear.
///
/// - Source: github.com/google/re2 wiki, "Syntax".
struct PatternParser {
    struct Flags {
        var ignoresCase = false
        var multiline = false
        var dotMatchesNewline = false
    }

    static let depthLimit = 100
    static let repetitionLimit = 1000
    /// Longest pattern accepted, in code points.
    static let lengthLimit = 5000

    let scalars: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    private var depth = 0

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    static func parse(_ text: String) throws(PatternFault) -> PatternNode {
        var parser = PatternParser(text)
        guard parser.scalars.count <= lengthLimit else {
            throw PatternFault("a pattern has at most \(lengthLimit) code points")
        }
        let node = try parser.choice()
        guard parser.position == parser.scalars.count else { throw PatternFault("')' without '('") }
        guard node.room(within: repetitionLimit) > 0 else {
            throw PatternFault("nested repetitions come to more than \(repetitionLimit)")
        }
        return node
    }

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    mutating func skip(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard position + wanted.count <= scalars.count,
            scalars[position..<position + wanted.count].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }

    private mutating func choice() throws(PatternFault) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw PatternFault("groups nest more than \(Self.depthLimit) levels") }
        let outer = flags
        var branches = [try sequence()]
        while skip("|") { branches.append(try sequence()) }
        flags = outer
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternFault) -> PatternNode {
        var nodes: [PatternNode] = []
        while let next = peek(), next != "|", next != ")" {
            nodes.append(try repeated(try atom()))
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func repeated(_ atom: PatternNode) throws(PatternFault) -> PatternNode {
        guard let (least, most) = try quantifier() else { return atom }
        _ = skip("?")
        guard try quantifier() == nil else { throw PatternFault("a repetition of a repetition needs a group") }
        return .repetition(atom, least: least, most: most)
    }

    private mutating func quantifier() throws(PatternFault) -> (least: Int, most: Int?)? {
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        if skip("?") { return (0, 1) }
        // A brace that does not read as a repetition is an ordinary character.
        let start = position
        guard skip("{"), let least = number() else {
            position = start
            return nil
        }
        var most: Int? = least
        if skip(",") { most = number() }
        guard skip("}") else {
            position = start
            return nil
        }
        guard least <= Self.repetitionLimit, (most ?? least) <= Self.repetitionLimit, (most ?? least) >= least else {
            throw PatternFault("a repetition is {n}, {n,} or {n,m} with n <= m <= \(Self.repetitionLimit)")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = peek(), ("0"..."9").contains(digit) {
            value = min((value ?? 0) * 10 + Int(digit.value - 48), 1_000_000)
            position += 1
        }
        return value
    }

    private mutating func atom() throws(PatternFault) -> PatternNode {
        guard let scalar = peek() else { return .empty }
        position += 1
        switch scalar {
        case "(": return try group()
        case "[": return .set(try bracketed())
        case ".": return .set(flags.dotMatchesNewline ? .any : ScalarSet([0x0A...0x0A]).inverted)
        case "^": return .assertion(flags.multiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.multiline ? .lineEnd : .textEnd)
        case "\\": return try escape()
        case "*", "+", "?": throw PatternFault("'\(scalar)' has nothing to repeat")
        default: return literal(scalar)
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        let set = ScalarSet([scalar.value...scalar.value])
        return .set(flags.ignoresCase ? set.ignoringCase : set)
    }

    private mutating func group() throws(PatternFault) -> PatternNode {
        let outer = flags
        if skip("?") {
            if skip("P<") || skip("<") {
                guard let end = scalars[position...].firstIndex(of: ">"), end > position else {
                    throw PatternFault("a named group is written (?P<name>…)")
                }
                position = end + 1
            } else if try setFlags() {
                return .empty
            }
        }
        let node = try choice()
        guard skip(")") else { throw PatternFault("'(' is not closed") }
        flags = outer
        return node
    }

    /// `(?i)` and the like, which hold to the end of the group: true; or `(?i:`, where a group begins: false.
    private mutating func setFlags() throws(PatternFault) -> Bool {
        var value = true
        while let scalar = peek() {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = value
            case "m": flags.multiline = value
            case "s": flags.dotMatchesNewline = value
            case "U": break
            case "-": value = false
            case ":": return false
            case ")": return true
            default: throw PatternFault("'(?\(scalar)' is not supported")
            }
        }
        throw PatternFault("'(' is not closed")
    }
}
