import Foundation
import Kafka
import Transactions

/// Writes generated events to one topic, paced by a rate or by its consumer, and notes when each was handed over.
///
/// Partitions are chosen here, so that the n-th event handed over for a partition has the offset n: nothing else writes
/// to the topic, and the producer is idempotent.
final class LoadProducer {
    /// Most events that may be on their way, and of one partition: the embedded broker keeps 5 MiB of each, and what it
    /// drops unread holds its consumer for ever.
    static let leadLimit = 40_000
    static let partitionLeadLimit = 10_000

    /// How event time goes on.
    enum EventClock {
        /// With the clock on the wall, as a live feed's.
        case live
        /// By so many milliseconds an event, as a catch-up's.
        case stepping(Double)
    }

    /// The events handed over of one partition.
    struct Handed {
        /// When, by offset.
        var nanoseconds: [UInt64] = []
        var flagged: [Int] = []
    }

    private let producer: KafkaProducer
    private let topic: String
    private let clock: EventClock
    private var generator: LoadGenerator
    private(set) var handed: [Handed]
    private(set) var total = 0
    private var eventMilliseconds: Double
    private var reports: [DeliveryReport] = []

    init(settings: KafkaSettings, topic: String, generator: LoadGenerator, clock: EventClock) throws {
        let tuning = ["linger.ms": "1", "compression.type": "none", "queue.buffering.max.messages": "200000"]
        producer = try KafkaProducer(settings: settings.adding(tuning), logger: Terminal.quietLogger)
        self.topic = topic
        self.generator = generator
        self.clock = clock
        handed = Array(repeating: Handed(), count: generator.partitions)
        eventMilliseconds = Date().timeIntervalSince1970 * 1000
        if case .stepping = clock { eventMilliseconds = 1_704_067_200_000 }
    }

    /// Hands over `count` events as fast as the watched consumer commits them, or at a fixed rate.
    ///
    /// - Parameter stop: asked now and then; true ends it early.
    /// - Throws: `KafkaError`, the watch's failure, or `Failure` where a message was not delivered.
    func produce(_ count: Int, eventsPerSecond: Double?, watch: ProgressWatch) throws {
        let started = DispatchTime.now().uptimeNanoseconds
        var done = 0
        while done < count {
            var now = DispatchTime.now().uptimeNanoseconds
            var due = count
            if let eventsPerSecond {
                due = min(count, Int(Double(now - started) / 1e9 * eventsPerSecond) + 1)
            }
            due = min(due, done + 512)
            if due > done {
                if case .live = clock { eventMilliseconds = Date().timeIntervalSince1970 * 1000 }
                while done < due {
                    try produceOne(at: now)
                    done += 1
                    if done % 64 == 0 { now = DispatchTime.now().uptimeNanoseconds }
                }
                try collect(timeoutMilliseconds: 0)
            } else {
                try collect(timeoutMilliseconds: 1)
            }
            while try isAhead(of: watch) { try collect(timeoutMilliseconds: 2) }
        }
        while producer.outstandingCount > 0 { try collect(timeoutMilliseconds: 20) }
    }

    /// A consumer may be slow on one partition alone.
    private func isAhead(of watch: ProgressWatch) throws -> Bool {
        let committed = try watch.offsets()
        guard total - committed.reduce(0, { $0 + Int($1) }) <= Self.leadLimit else { return true }
        return zip(handed, committed).contains { $0.nanoseconds.count - Int($1) > Self.partitionLeadLimit }
    }

    private func produceOne(at now: UInt64) throws {
        if case .stepping(let milliseconds) = clock { eventMilliseconds += milliseconds }
        let event = generator.next(at: EventTime(milliseconds: Int64(eventMilliseconds)))
        while let error = hand(to: Int32(event.partition)) {
            guard error.code == .queueFull else { throw error }
            try collect(timeoutMilliseconds: 10)
        }
        if event.isFlagged { handed[event.partition].flagged.append(handed[event.partition].nanoseconds.count) }
        handed[event.partition].nanoseconds.append(now)
        total += 1
    }

    private func hand(to partition: Int32) -> KafkaError? {
        generator.key.withUnsafeBytes { key in
            generator.value.withUnsafeBytes { value in
                do throws(KafkaError) {
                    try producer.produce(
                        topic: topic, partition: partition, key: key, value: value,
                        timestampMilliseconds: Int64(eventMilliseconds), tag: 0)
                    return nil
                } catch {
                    return error
                }
            }
        }
    }

    private func collect(timeoutMilliseconds: Int32) throws {
        reports.removeAll(keepingCapacity: true)
        try producer.poll(into: &reports, timeoutMilliseconds: timeoutMilliseconds)
        if let error = reports.lazy.compactMap(\.error).first { throw error }
    }
}
