/// A stretch of one user's tokens: those to score, and those before them that give the context.
public struct SequenceChunk: Hashable, Sendable {
    public var user: Int
    /// The first token to be read.
    public var start: Int
    /// The tokens to be scored; they end the chunk.
    public var scored: Range<Int>

    public init(user: Int, start: Int, scored: Range<Int>) {
        self.user = user
        self.start = start
        self.scored = scored
    }

    /// All tokens, context included.
    public var tokens: Range<Int> { start..<scored.upperBound }
}
