internal import Sequences
internal import Transactions

/// What an aggregate's window held at an event, where it is not read from its state. Holds no references.
enum AggregateValue: Sendable {
    case nothing
    case moments(Moments)
    case distinct(Int64)
    /// The newest value and its time; a text by its place among the observations' texts.
    case last(EventTime, ObservedValue)

    /// Puts the value's text, if it is one, with the texts.
    @inline(__always)
    init(_ last: LastValue?, texts: inout [String]) {
        guard let last else {
            self = .nothing
            return
        }
        switch last.content {
        case .number(let number): self = .last(last.time, .double(number))
        case .text(let text):
            texts.append(text)
            self = .last(last.time, .text(texts.count - 1))
        }
    }
}
