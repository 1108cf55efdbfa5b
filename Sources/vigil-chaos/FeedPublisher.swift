import Foundation
import Kafka

/// Publishes a feed at an even pace, one bucket of event time after the other: a bucket waits until the one before it
/// is acknowledged, however long a broker is away, so that what is decided does not depend on who was away.
final class FeedPublisher {
    private let producer: KafkaProducer
    private let feed: Feed
    private let hours: [Range<Int>]
    private let seconds: Double
    private let started = Date()
    private var next = 0

    /// - Parameter seconds: how long the whole feed takes where nothing holds it up.
    init(_ feed: Feed, to settings: KafkaSettings, seconds: Double) throws {
        self.feed = feed
        self.seconds = seconds
        hours = feed.hours
        // One request in flight: the embedded broker does not refuse sequence numbers out of order, as Kafka does.
        producer = try KafkaProducer(
            settings: settings.adding([
                "linger.ms": "0", "max.in.flight.requests.per.connection": "1", "message.timeout.ms": "300000",
            ]), logger: Chaos.quiet)
    }

    var isDone: Bool { next == hours.count && producer.outstandingCount == 0 }

    /// Everything sent is acknowledged.
    var isQuiet: Bool { producer.outstandingCount == 0 }

    /// Hears of what has been acknowledged; returns at once.
    ///
    /// - Throws: `ChaosFault` for a record that could not be delivered.
    func collect() throws {
        for report in try producer.poll(timeoutMilliseconds: 0) {
            if let error = report.error { throw ChaosFault("a record of the feed was not delivered: \(error)") }
        }
    }

    /// Publishes what is due; returns at once.
    ///
    /// - Throws: as `collect`.
    func step() throws {
        try collect()
        let due = Int(Double(hours.count) * Date().timeIntervalSince(started) / seconds)
        guard next < hours.count, next <= due, producer.outstandingCount == 0 else { return }
        for record in feed.records[hours[next]] {
            try producer.produce(
                ProducerRecord(
                    topic: record.topic, partition: record.partition, key: record.key, value: record.value,
                    timestampMilliseconds: record.time))
        }
        next += 1
    }
}
