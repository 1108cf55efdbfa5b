/// One thing wrong with an expression's text or types.
struct ExpressionFault: Error, Hashable, Sendable {
    let message: String
    let span: SourceSpan

    init(_ message: String, at span: SourceSpan) {
        self.message = message
        self.span = span
    }

    /// The line of `source` the fault begins in, its number from zero, and the columns (in code points) it covers.
    func location(in source: String) -> (line: Int, text: String, columns: Range<Int>) {
        let bytes = Array(source.utf8)
        let start = min(max(span.start, 0), bytes.count)
        let newline = UInt8(ascii: "\n")
        let line = bytes[..<start].count { $0 == newline }
        let lineStart = bytes[..<start].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let lineEnd = bytes[start...].firstIndex(of: newline) ?? bytes.count
        let end = min(max(span.end, start), lineEnd)
        let first = codePoints(bytes[lineStart..<start])
        let width = max(1, codePoints(bytes[start..<end]))
        return (line, String(decoding: bytes[lineStart..<lineEnd], as: UTF8.self), first..<first + width)
    }

    /// The offending line with carets under the span.
    func excerpt(of source: String) -> String {
        let (_, text, columns) = location(in: source)
        return text + "\n" + String(repeating: " ", count: columns.lowerBound)
            + String(repeating: "^", count: columns.count)
    }
}

private func codePoints(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.count { $0 & 0xC0 != 0x80 }
}
