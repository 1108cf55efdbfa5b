/// Which heads a pass computes.
public struct Outputs: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The fraud logit of every token.
    public static let classifier = Outputs(rawValue: 1)
    /// The next token's classes, one distribution a pretraining head.
    public static let pretraining = Outputs(rawValue: 2)
}
