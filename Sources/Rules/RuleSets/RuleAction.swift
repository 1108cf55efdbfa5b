public import Transactions

/// What a rule does to a transaction it matches.
public enum RuleAction: Hashable, Sendable, CustomStringConvertible {
    /// Decides, as far as the rule's tier allows.
    case force(Disposition)
    /// Moves the score; within a tier all moves add up.
    case adjust(by: Double)
    /// Puts the score in the place of what the model and lower tiers made it.
    case set(to: Double)

    static let expectation =
        "'allow', 'review', 'decline', 'raise x', 'lower x' or 'set x' with x from 0 to 1"

    /// Reads an action as rule files write it; nil for anything else.
    ///
    /// `score +x` and `score -x` are `raise x` and `lower x`.
    init?(_ text: String) {
        if let disposition = Disposition(rawValue: text) {
            self = .force(disposition)
            return
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2 else { return nil }
        switch words[0] {
        case "raise": self.init(moveBy: words[1], sign: 1)
        case "lower": self.init(moveBy: words[1], sign: -1)
        case "score" where words[1].first == "+": self.init(moveBy: words[1].dropFirst(), sign: 1)
        case "score" where words[1].first == "-": self.init(moveBy: words[1].dropFirst(), sign: -1)
        case "set":
            guard let score = Self.score(words[1]) else { return nil }
            self = .set(to: score)
        default: return nil
        }
    }

    private init?(moveBy text: Substring, sign: Double) {
        guard let amount = Self.score(text), amount > 0 else { return nil }
        self = .adjust(by: sign * amount)
    }

    private static func score(_ text: Substring) -> Double? {
        guard text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }), let number = Double(text), number <= 1
        else { return nil }
        return number
    }

    /// As rule files write it: `decline`, `raise 0.3`.
    public var description: String {
        switch self {
        case .force(let disposition): disposition.rawValue
        case .adjust(let amount): "\(amount < 0 ? "lower" : "raise") \(NumberText.shortest(abs(amount)))"
        case .set(let score): "set \(NumberText.shortest(score))"
        }
    }
}
