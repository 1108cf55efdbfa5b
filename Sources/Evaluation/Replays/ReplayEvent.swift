package import Transactions

/// One thing that a replay takes in.
package struct ReplayEvent: Sendable {
    package enum Payload: Sendable {
        /// A transaction, with its truth where the input carries it beside the transaction.
        case transaction(Transaction, isFraud: Bool?)
        /// A label at the moment it became known.
        case label(Label)
    }

    package var payload: Payload
    /// The feed's clock when the event came: never before that of the event before.
    package var clock: EventTime
    /// Which of the feed's sources it came from.
    package var source: Int
    /// Its offset there, or the number of its line.
    package var offset: Int64
}
