public import Transactions

/// The scores from which a transaction is flagged.
public struct Thresholds: Hashable, Sendable {
    /// Reviewed from this probability of fraud on.
    public var review: Float
    /// Declined from this probability on; nil leaves declining to rules.
    public var decline: Float?

    public init(review: Float, decline: Float? = nil) {
        self.review = review
        self.decline = decline
    }

    /// What the score alone asks for.
    public func disposition(of score: Float) -> Disposition {
        if let decline, score >= decline { return .decline }
        return score >= review ? .review : .allow
    }
}
