/// Writes literals and field names as canonical text.
enum LiteralText {
    static func of(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .uint(let value): "\(value)u"
        case .double(let value): value.description
        case .string(let value): string(value)
        case .bytes(let value): "b" + quoted(value.map(escaped(byte:)).joined(), with: "\"")
        // Nothing else is written as a literal.
        default: "null"
        }
    }

    /// A field after a dot, in backticks where it is no name.
    static func field(_ name: String) -> String {
        let isName = name.utf8.first?.startsIdentifier == true && name.utf8.allSatisfy(\.continuesIdentifier)
        return isName && !["in", "true", "false", "null"].contains(name) ? name : "`\(name)`"
    }

    /// Double quotes, single ones where that saves escapes; raw where there are backslashes, as in patterns.
    private static func string(_ value: String) -> String {
        let hasDouble = value.unicodeScalars.contains("\"")
        let quote = hasDouble && !value.unicodeScalars.contains("'") ? "'" : "\""
        let isPlain = value.unicodeScalars.allSatisfy { escape($0, quote: quote) == nil || $0 == "\\" }
        if isPlain, value.unicodeScalars.contains("\\") { return "r" + quoted(value, with: quote) }
        var text = ""
        for scalar in value.unicodeScalars {
            if let escape = escape(scalar, quote: quote) { text += escape } else { text.unicodeScalars.append(scalar) }
        }
        return quoted(text, with: quote)
    }

    private static func quoted(_ text: String, with quote: String) -> String { quote + text + quote }

    /// What stands for a code point that must not or should not stand for itself: it would end the string, break the line,
    /// or not be seen.
    private static func escape(_ scalar: Unicode.Scalar, quote: String) -> String? {
        switch scalar {
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case "\"", "'": return String(scalar) == quote ? "\\" + quote : nil
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
            let digits = String(scalar.value, radix: 16)
            let width = scalar.value > 0xFFFF ? 8 : 4
            return (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
        default: return nil
        }
    }

    private static func escaped(byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\\"): return "\\\\"
        case UInt8(ascii: "\""): return "\\\""
        case 0x20...0x7E: return String(UnicodeScalar(byte))
        default: return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
