public import Kafka

/// Why transactions could not be published.
public enum TransactionPublisherFault: Error, Hashable, Sendable, CustomStringConvertible {
    case topicMissing(String, nearest: String?)
    /// A message that Kafka did not take, after so many that it did.
    case undelivered(KafkaError, acknowledged: Int)

    public var description: String {
        switch self {
        case .topicMissing(let topic, let nearest):
            "topic '\(topic)' does not exist on these brokers"
                + (nearest.map { "; did you mean '\($0)'?" } ?? ": create it first, or correct its name")
        case .undelivered(let error, let acknowledged):
            "publishing ended after \(acknowledged) acknowledged messages: \(error)"
        }
    }
}
