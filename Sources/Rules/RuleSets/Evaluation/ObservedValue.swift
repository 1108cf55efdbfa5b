internal import Transactions

/// What conditions see of one fact of the moment. Holds no references.
enum ObservedValue: Sendable {
    /// The event does not carry it.
    case absent
    case int(Int64)
    case double(Double)
    case time(EventTime)
    /// Its place among the observations' texts.
    case text(Int)

    /// As tests want it: NaN where there is no number that a double holds.
    @inline(__always)
    var testNumber: Double {
        switch self {
        case .double(let number): number
        case .int(let number): NumberTest.exact(number) ?? .nan
        case .absent, .time, .text: .nan
        }
    }

    /// As conditions see it.
    ///
    /// - Parameter texts: those that values stand for.
    func value(_ texts: [String]) -> Value {
        switch self {
        case .absent: .failure(.absent)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .time(let time): Value(time)
        case .text(let index): .string(texts[index])
        }
    }
}
