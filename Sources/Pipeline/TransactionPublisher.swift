public import Kafka
public import Logging
public import Transactions

/// Writes transactions and labels to Kafka in the order of a feed: canonical JSON, the user as the key, the event's
/// time as the message's. Blocks; use it from one thread.
public final class TransactionPublisher {
    /// Where it writes to.
    public struct Topics: Hashable, Sendable {
        public var transactions: String
        /// nil: labels are not written.
        public var labels: String?

        public init(transactions: String, labels: String? = nil) {
            self.transactions = transactions
            self.labels = labels
        }
    }

    /// What has been handed to Kafka's client so far.
    public struct Progress: Hashable, Sendable {
        public var transactions = 0
        public var labels = 0
        /// When the newest event took place or became known.
        public var time = EventTime(milliseconds: 0)

        /// Both kinds.
        public var events: Int { transactions + labels }
    }

    private let producer: KafkaProducer
    private let topics: Topics
    private let eventsPerSecond: Double?
    private let transactionEncoder: TransactionEncoder
    private let labelEncoder: LabelEncoder
    private var buffer: [UInt8] = []
    private var reports: [DeliveryReport] = []
    private var acknowledged = 0

    /// Looks at the cluster and makes the producer.
    ///
    /// - Parameter eventsPerSecond: the pace to keep; nil: as fast as it goes.
    /// - Throws: `TransactionPublisherFault.topicMissing`, or `KafkaError` where the cluster does not answer.
    public init(
        settings: KafkaSettings, schema: TransactionSchema, topics: Topics, eventsPerSecond: Double? = nil,
        timeoutMilliseconds: Int32 = 10_000, logger: Logger? = nil
    ) throws {
        let known = try KafkaAdmin(settings: settings, logger: logger)
            .describeCluster(timeoutMilliseconds: timeoutMilliseconds).topics
        for topic in [topics.transactions, topics.labels].compactMap(\.self) {
            guard let found = known.first(where: { $0.name == topic }), !found.partitions.isEmpty else {
                throw TransactionPublisherFault.topicMissing(
                    topic, nearest: Spelling.nearest(topic, among: known.map(\.name)))
            }
        }
        // librdkafka would go on trying for five minutes where a broker has gone.
        let patience = "message.timeout.ms"
        producer = try KafkaProducer(
            settings: settings.properties[patience] == nil ? settings.adding([patience: "60000"]) : settings,
            logger: logger)
        self.topics = topics
        self.eventsPerSecond = eventsPerSecond
        transactionEncoder = TransactionEncoder(schema: schema)
        labelEncoder = LabelEncoder(schema: schema)
    }

    /// Writes the feed to its end and returns once all of it is acknowledged.
    ///
    /// - Parameter proceed: called after each event; may block, to hold the publisher back; false ends it early.
    /// - Throws: `TransactionPublisherFault.undelivered` at the first message that failed, `DataFileError` from the
    ///   feed, what `proceed` throws. What was written before stays written.
    public func publish<Source: LabelledTransactionSource>(
        _ feed: inout TimedFeed<Source>, proceed: (Progress) throws -> Bool = { _ in true }
    ) throws -> Progress {
        var progress = Progress()
        acknowledged = 0
        var pace = eventsPerSecond.map { Pace(perSecond: $0) }
        do {
            while let event = try feed.next() {
                if let due = pace?.next() { try wait(until: due) }
                switch event {
                case .transaction(let transaction):
                    buffer.removeAll(keepingCapacity: true)
                    transactionEncoder.append(transaction, to: &buffer)
                    try send(to: topics.transactions, user: transaction.user, time: transaction.time)
                    progress.transactions += 1
                case .label(let label):
                    guard let topic = topics.labels else { continue }
                    buffer.removeAll(keepingCapacity: true)
                    labelEncoder.append(label, to: &buffer)
                    try send(to: topic, user: label.user, time: label.knownAt)
                    progress.labels += 1
                }
                progress.time = event.time
                if progress.events % 512 == 0 { try collect(timeoutMilliseconds: 0) }
                if try !proceed(progress) { break }
            }
            while producer.outstandingCount > 0 { try collect(timeoutMilliseconds: 100) }
        } catch {
            // Nothing more is to be written behind the back of a caller who was told that it failed.
            try? producer.purge()
            throw error
        }
        return progress
    }

    private func send(to topic: String, user: String, time: EventTime) throws {
        var user = user
        while true {
            do throws(KafkaError) {
                let outcome: Result<Void, KafkaError> = user.withUTF8 { key in
                    buffer.withUnsafeBytes { value in
                        Result { () throws(KafkaError) in
                            try producer.produce(
                                topic: topic, key: UnsafeRawBufferPointer(key), value: value,
                                timestampMilliseconds: time.milliseconds, tag: 0)
                        }
                    }
                }
                return try outcome.get()
            } catch {
                guard error.code == .queueFull else { throw error }
            }
            try collect(timeoutMilliseconds: 100)
        }
    }

    /// Takes delivery reports, waiting at most so long for the first.
    private func collect(timeoutMilliseconds: Int32) throws {
        reports.removeAll(keepingCapacity: true)
        try producer.poll(into: &reports, timeoutMilliseconds: timeoutMilliseconds)
        for report in reports {
            if let error = report.error {
                throw TransactionPublisherFault.undelivered(error, acknowledged: acknowledged)
            }
            acknowledged += 1
        }
    }

    private func wait(until due: ContinuousClock.Instant) throws {
        while true {
            let left = due - .now
            guard left > .zero else { return }
            // Rounded up, or the last millisecond would be spent spinning.
            try collect(timeoutMilliseconds: Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up))))
        }
    }
}

/// When each event is due, counted from the first: a late one does not move those after it.
private struct Pace {
    private let interval: Double
    private let start = ContinuousClock.now
    private var count = 0

    init(perSecond: Double) {
        interval = 1 / perSecond
    }

    mutating func next() -> ContinuousClock.Instant {
        defer { count += 1 }
        return start + .seconds(Double(count) * interval)
    }
}
