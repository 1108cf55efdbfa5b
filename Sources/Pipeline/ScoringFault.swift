internal import Scoring
internal import Sequences
internal import Transactions

/// Why a batch could not be scored.
enum ScoringFault: Error, CustomStringConvertible {
    /// A score that is no number, which no threshold would ever stop.
    case notFinite
    /// Event after event fails by itself: it is not the events.
    case everythingFails(Int, last: String)

    var description: String {
        switch self {
        case .notFinite: "the model's score is not a number"
        case .everythingFails(let count, let last):
            "scoring failed for \(count) events in a row, each alone: check model and rules. The last: \(last)"
        }
    }

    /// Holds every score to be a number.
    static func check(_ outcomes: [Scorer.Outcome]) throws {
        guard outcomes.allSatisfy(\.isSound) else { throw Self.notFinite }
    }
}
