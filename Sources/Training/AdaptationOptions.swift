internal import Transformer

/// How a champion learns from what has happened since it was trained, and what it must not forget.
public struct AdaptationOptions: Sendable, Codable {
    /// What keeps the challenger near the champion.
    public enum Penalty: String, Sendable, Codable, CaseIterable {
        case none
        /// The champion's scores are part of every token's loss.
        /// - Source: Li and Hoiem, "Learning without forgetting", 2016.
        case distill
        /// Weights that old labels depend on resist (elastic weight consolidation).
        case ewc
    }

    /// Objective, method, learning rate, epochs, cut-off, seed and threads; the model's shape is the champion's.
    public var training: TrainingOptions
    /// Events from this moment on are new; those before are what must not be forgotten.
    public var sinceMilliseconds: Int64
    /// Days before that moment that old examples are taken from.
    public var oldDays = 56.0
    /// Old labelled events rehearsed for every new one.
    public var rehearsal = 1.0
    /// The share of users whose old events are never rehearsed: the old slice that champion and challenger are compared on.
    public var heldOutShare = 0.3
    public var penalty = Penalty.distill
    /// Of `distill` the champion's share of a token's loss, of `ewc` the strength.
    public var penaltyWeight = 0.3
    /// How much less average precision the challenger may have on the old slice.
    public var maximumRegression = 0.01

    public init(sinceMilliseconds: Int64) {
        self.sinceMilliseconds = sinceMilliseconds
        training = TrainingOptions()
        training.method.method = .lora
        training.method.lowRank.rank = 4
        training.epochs = 3
        training.learningRate = 1e-3
    }

    /// The first option out of its range, if one is.
    public var fault: TrainingError? {
        if let fault = training.fault { return fault }
        if training.method.method == .pretrain {
            return .option(field: "method", value: "pretrain", expected: "a method that uses labels")
        }
        if training.untilMilliseconds.map({ $0 <= sinceMilliseconds }) ?? false {
            return .option(field: "since", expected: "before until")
        }
        if !(oldDays > 0 && oldDays < 36_500) { return .outOfRange("oldDays", oldDays, "above 0, below 36500") }
        if !(0...100).contains(rehearsal) { return .outOfRange("rehearsal", rehearsal, "0 to 100") }
        if !(heldOutShare > 0 && heldOutShare < 1) {
            return .outOfRange("heldOutShare", heldOutShare, "above 0, below 1")
        }
        if !(penaltyWeight >= 0 && penaltyWeight.isFinite) {
            return .outOfRange("penaltyWeight", penaltyWeight, "0 or more")
        }
        if penalty == .distill, penaltyWeight > 1 {
            return .outOfRange("penaltyWeight", penaltyWeight, "0 to 1 with distill")
        }
        if !(0...1).contains(maximumRegression) { return .outOfRange("maximumRegression", maximumRegression, "0 to 1") }
        return nil
    }
}
