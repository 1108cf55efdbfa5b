import Foundation
import Scoring
import Sequences
import Transactions

/// Encoded histories with the score of their last token, for other programs to score again.
struct ScoredWindows: Encodable {
    /// Users at most.
    static let limit = 256

    /// Tokens a user.
    var tokens: Int
    /// (users, tokens, numbers)
    var numbers: [Float] = []
    /// (users, tokens, fields)
    var bins: [UInt16] = []
    /// (users, tokens) milliseconds.
    var times: [Int64] = []
    /// (users) what vigil gave the last token.
    var probabilities: [Float] = []

    init(tokens: Int) { self.tokens = tokens }

    /// Adds a user whose newest event has just been scored.
    mutating func append(_ user: UserState, _ outcome: Scorer.Outcome, _ encoder: Encoder) {
        guard probabilities.count < Self.limit, case .scored(let decision, _) = outcome,
            user.history.count == tokens
        else { return }
        var number = [Float](repeating: 0, count: encoder.numberCount)
        var bin = [UInt16](repeating: 0, count: encoder.binCounts.count)
        user.history.forEachToken { raw, time in
            number.withUnsafeMutableBufferPointer { number in
                bin.withUnsafeMutableBufferPointer { bin in encoder.encode(raw, numbers: number, bins: bin) }
            }
            numbers += number
            bins += bin
            times.append(time.milliseconds)
        }
        probabilities.append(decision.modelScore)
    }

    /// Writes `windows.json` beside the model.
    func write(to directory: String) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try encoder.encode(self).write(to: URL(fileURLWithPath: directory).appendingPathComponent("windows.json"))
    }
}
