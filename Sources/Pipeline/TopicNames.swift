/// The Kafka topics the service reads and writes.
public struct TopicNames: Hashable, Sendable {
    public var transactions = "transactions"
    public var labels = "labels"
    public var review = "review"
    public var deadLetters = "dead-letters"
    public var sequences = "sequences"
    public var entities = "entities"

    public init() {}

    /// All of them, inputs first.
    public var all: [String] { [transactions, labels, review, deadLetters, sequences, entities] }
}
