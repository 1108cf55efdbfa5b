/// One overload of a function: what it takes and gives, read from a line such as `list(A).join(string) -> string`.
struct Signature: Sendable, Hashable {
    struct Name: Hashable, Sendable {
        let name: String
        let isMember: Bool
    }

    let name: Name
    /// The receiver first, where there is one. Parameters of the signature are variables counted from zero.
    let parameters: [StaticType]
    let result: StaticType

    /// Reads a declaration; nil where it is malformed.
    init?(_ line: Substring) {
        let halves = line.split(separator: " -> ")
        guard halves.count == 2, let open = Self.argumentsStart(halves[0]), halves[0].last == ")" else { return nil }
        let arguments = Self.split(halves[0][halves[0].index(after: open)...].dropLast())
        var head = halves[0][..<open]
        var receiver: Substring?
        // Operators and namespaced functions such as math.abs have no receiver; a receiver is a type.
        if let dot = head.lastIndex(of: "."), Self.type(head[..<dot]) != nil {
            receiver = head[..<dot]
            head = head[head.index(after: dot)...]
        }
        var parameters: [StaticType] = []
        for text in (receiver.map { [$0] } ?? []) + arguments {
            guard let type = Self.type(text) else { return nil }
            parameters.append(type)
        }
        guard let result = Self.type(halves[1]) else { return nil }
        name = Name(name: String(head), isMember: receiver != nil)
        self.parameters = parameters
        self.result = result
    }

    /// Where the parenthesis opens that the declaration's last one closes.
    private static func argumentsStart(_ text: Substring) -> Substring.Index? {
        var depth = 0
        for index in text.indices.reversed() {
            if text[index] == ")" { depth += 1 }
            if text[index] == "(" {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }

    private static func split(_ text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var depth = 0
        var start = text.startIndex
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        if start < text.endIndex { parts.append(text[start...]) }
        return parts
    }

    private static func type(_ text: Substring) -> StaticType? {
        let text = text.drop { $0 == " " }
        switch text {
        case "dyn": return .dyn
        case "null": return .null
        case "bool": return .bool
        case "int": return .int
        case "uint": return .uint
        case "double": return .double
        case "string": return .string
        case "bytes": return .bytes
        case "timestamp": return .timestamp
        case "duration": return .duration
        case "type": return .type
        case "A": return .variable(0)
        case "B": return .variable(1)
        default: break
        }
        guard text.last == ")", let open = text.firstIndex(of: "(") else { return nil }
        let arguments = split(text[text.index(after: open)...].dropLast()).map(type)
        switch (text[..<open], arguments.count) {
        case ("list", 1): return arguments[0].map { .list($0) }
        case ("map", 2):
            guard let key = arguments[0], let value = arguments[1] else { return nil }
            return .map(key, value)
        default: return nil
        }
    }
}
