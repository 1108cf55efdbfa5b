/// A regular expression's syntax tree.
indirect enum PatternNode: Sendable {
    enum Assertion: Sendable {
        case textStart
        case textEnd
        case lineStart
        case lineEnd
        case wordBoundary
        case noWordBoundary
    }

    case empty
    case set(ScalarSet)
    case assertion(Assertion)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// `most` is nil where there is no bound. Greed makes no difference to whether a text matches.
    case repetition(PatternNode, least: Int, most: Int?)

    /// How often the innermost of nested repetitions may still be written out, by RE2's count; 0 is too often.
    ///
    /// - Source: RE2's `RepetitionWalker`.
    func room(within limit: Int) -> Int {
        switch self {
        case .empty, .set, .assertion: return limit
        case .sequence(let nodes), .choice(let nodes): return nodes.reduce(limit) { min($0, $1.room(within: limit)) }
        case .repetition(let node, let least, let most): return node.room(within: limit / max(1, most ?? least))
        }
    }
}
