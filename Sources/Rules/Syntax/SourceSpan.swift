/// A stretch of an expression's text, in UTF-8 bytes from its start.
struct SourceSpan: Hashable, Sendable {
    var start: Int
    var end: Int

    init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// The span from the start of `self` to the end of `other`.
    func joined(to other: SourceSpan) -> SourceSpan {
        SourceSpan(min(start, other.start), max(end, other.end))
    }
}
