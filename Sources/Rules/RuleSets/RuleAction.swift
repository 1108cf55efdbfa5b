public import Transactions

/// What a rule does to a transaction it matches.
public enum RuleAction: Hashable, Sendable, CustomStringConvertible {
    /// Decides, whatever the score says.
    case force(Disposition)
    /// Moves the score, which still decides; the sum of all moves is held within 0...1.
    case adjust(by: Double)

    static let expectation = "'allow', 'review', 'decline', 'score +x' or 'score -x' with x from 0 to 1"

    /// Reads an action as rule files write it; nil for anything else.
    init?(_ text: String) {
        if let disposition = Disposition(rawValue: text) {
            self = .force(disposition)
            return
        }
        let words = text.split(separator: " ")
        guard words.count == 2, words[0] == "score", let sign = words[1].first, sign == "+" || sign == "-",
            words[1].utf8.dropFirst().allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }),
            let amount = Double(words[1]), abs(amount) <= 1, amount != 0
        else { return nil }
        self = .adjust(by: amount)
    }

    /// As rule files write it: `decline`, `score +0.3`.
    public var description: String {
        switch self {
        case .force(let disposition): disposition.rawValue
        case .adjust(let amount): "score \(amount < 0 ? "-" : "+")\(NumberText.shortest(abs(amount)))"
        }
    }
}
