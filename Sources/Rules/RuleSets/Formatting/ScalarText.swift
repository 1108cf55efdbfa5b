/// Writes text as a YAML scalar of one line.
enum ScalarText {
    /// Plain where that reads back as the same text, else in double quotes, or in single ones where those save escapes.
    static func inline(_ text: String, isInFlow: Bool) -> String {
        if isPlain(text, isInFlow: isInFlow) { return text }
        if !text.contains("\""), !text.contains("\\") { return "\"\(text)\"" }
        return "'" + text.replacing("'", with: "''") + "'"
    }

    private static func isPlain(_ text: String, isInFlow: Bool) -> Bool {
        guard let first = text.unicodeScalars.first, !"-?:,[]{}#&*!|>'\"%@`=~ ".unicodeScalars.contains(first),
            text.unicodeScalars.last != " ", text.unicodeScalars.last != ":", !text.contains(": "),
            !text.contains(" #"), Double(text) == nil, Int(text) == nil,
            !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        else { return false }
        return !isInFlow || !text.unicodeScalars.contains { ",[]{}:#".unicodeScalars.contains($0) }
    }
}
