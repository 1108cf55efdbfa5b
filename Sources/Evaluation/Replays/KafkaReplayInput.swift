public import Kafka
public import Transactions

/// Topics to replay from, read without a group.
public struct KafkaReplayInput: Sendable {
    public var kafka: KafkaSettings
    public var transactions: String
    /// nil: no labels, so nothing is known of any truth.
    public var labels: String?
    public var form: EventForm
    /// How transactions are written on their topic.
    public var format = EventFormat.json
    public var limits: EventLimits
    /// Nothing before this moment is read where the broker can search by time; nil: all it has.
    public var start: EventTime?
    /// Transactions from here on are not read, labels are.
    public var end: EventTime?

    public init(
        kafka: KafkaSettings, transactions: String, labels: String?, form: EventForm = .canonical,
        limits: EventLimits = EventLimits(), start: EventTime? = nil, end: EventTime? = nil
    ) {
        self.kafka = kafka
        self.transactions = transactions
        self.labels = labels
        self.form = form
        self.limits = limits
        self.start = start
        self.end = end
    }
}
