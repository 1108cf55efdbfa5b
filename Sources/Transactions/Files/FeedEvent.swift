/// What is published next: a transaction when it takes place, or a label when it becomes known.
public enum FeedEvent: Hashable, Sendable {
    case transaction(Transaction)
    case label(Label)

    /// When it happens: the message's timestamp.
    public var time: EventTime {
        switch self {
        case .transaction(let transaction): transaction.time
        case .label(let label): label.knownAt
        }
    }

    /// Whom it is about: the message's key.
    public var user: String {
        switch self {
        case .transaction(let transaction): transaction.user
        case .label(let label): label.user
        }
    }
}
