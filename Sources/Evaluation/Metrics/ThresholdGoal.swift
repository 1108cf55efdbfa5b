internal import Foundation

/// What a threshold is to be chosen by.
public enum ThresholdGoal: Hashable, Sendable, CustomStringConvertible {
    /// As many alerts a day as can be worked on, those of rules included.
    case alertsPerDay(Double)
    /// Of what is flagged, at least this share is to be fraud.
    case precision(Double)
    /// As little cost as possible.
    case cost(DecisionCosts)

    /// Reads `200/day`; nil for anything else.
    public static func budget(_ text: String) -> ThresholdGoal? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == "day", let count = Double(parts[0]), count.isFinite, count > 0 else {
            return nil
        }
        return .alertsPerDay(count)
    }

    /// As the command line writes it: `budget 200/day`.
    public var description: String {
        switch self {
        case .alertsPerDay(let count): "budget \(String(format: "%g", count))/day"
        case .precision(let share): "precision \(String(format: "%g", share))"
        case .cost(let costs): "cost \(costs)"
        }
    }
}
