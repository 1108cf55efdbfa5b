internal import Foundation
internal import Scoring
public import Transactions

/// What decisions cost: a review, a fraud let through, a legitimate transaction declined.
public struct DecisionCosts: Hashable, Sendable {
    /// One outcome's cost: `fixed + share · amount`, in the currency's major unit.
    public struct Cost: Hashable, Sendable {
        public var fixed: Double
        public var share: Double

        public init(fixed: Double = 0, share: Double = 0) {
            self.fixed = fixed
            self.share = share
        }

        /// The cost for a transaction of this amount; a refund counts as nothing.
        @inline(__always)
        public func of(_ amount: Double) -> Double { fixed + share * max(0, amount) }
    }

    /// Of each transaction put up for review.
    public var review: Cost
    /// Of each fraud that was allowed.
    public var miss: Cost
    /// Of each legitimate transaction that was declined.
    public var decline: Cost

    public init(review: Cost, miss: Cost, decline: Cost = Cost()) {
        self.review = review
        self.miss = miss
        self.decline = decline
    }

    /// Reads `review=4,miss=amount,decline=0.1*amount`: each a number, `amount`, or a number times `amount`; what is not named
    /// costs nothing.
    ///
    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        var costs: [Substring: Cost] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, ["review", "miss", "decline"].contains(sides[0]), costs[sides[0]] == nil,
                let cost = Cost(String(sides[1]))
            else { return nil }
            costs[sides[0]] = cost
        }
        self.init(
            review: costs["review"] ?? Cost(), miss: costs["miss"] ?? Cost(), decline: costs["decline"] ?? Cost())
    }

    /// The cost of one decision in hindsight.
    @inline(__always)
    public func cost(_ disposition: Disposition, fraud: Bool, amount: Double) -> Double {
        switch disposition {
        case .allow: fraud ? miss.of(amount) : 0
        case .review: review.of(amount)
        case .decline: fraud ? 0 : decline.of(amount)
        }
    }

    /// The sum over all rows.
    public func total(_ columns: OutcomeColumns) -> Double {
        (0..<columns.count).reduce(0) {
            $0 + cost(columns.dispositions[$1], fraud: columns.frauds[$1], amount: columns.amounts[$1])
        }
    }
}

extension DecisionCosts.Cost {
    fileprivate init?(_ text: String) {
        let factors = text.split(separator: "*", omittingEmptySubsequences: false)
        func number(_ text: Substring) -> Double? {
            guard let value = Double(text), value.isFinite, value >= 0 else { return nil }
            return value
        }
        switch (factors.count, factors[0]) {
        case (1, "amount"): self.init(share: 1)
        case (1, let text):
            guard let fixed = number(text) else { return nil }
            self.init(fixed: fixed)
        case (2, let text):
            guard let share = number(text), factors[1] == "amount" else { return nil }
            self.init(share: share)
        default: return nil
        }
    }
}

extension DecisionCosts: CustomStringConvertible {
    public var description: String { "review=\(review),miss=\(miss),decline=\(decline)" }
}

extension DecisionCosts.Cost: CustomStringConvertible {
    public var description: String {
        let number = String(format: "%g", share == 0 ? fixed : share)
        return share == 0 ? number : share == 1 ? "amount" : "\(number)*amount"
    }
}
