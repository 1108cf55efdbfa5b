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
}
