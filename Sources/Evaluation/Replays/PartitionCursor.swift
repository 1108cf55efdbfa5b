internal import Kafka
internal import Transactions

/// Where a feed stands in one partition, with the events fetched and not yet taken.
struct PartitionCursor {
    let partition: TopicPartition
    let isLabels: Bool
    private(set) var faults = 0

    private let end: Int64
    private var position: Int64
    private var events: [(payload: ReplayEvent.Payload, offset: Int64)] = []
    private var head = 0
    /// The newest time of the events taken: later events are never before it.
    private var clock = Int64.min

    init(_ partition: TopicPartition, isLabels: Bool, offsets: Range<Int64>) {
        self.partition = partition
        self.isLabels = isLabels
        position = offsets.lowerBound
        end = offsets.upperBound
    }

    /// Nothing is left to be fetched.
    var isFinished: Bool { position >= end }

    /// The clock at which the next event comes; nil where none is fetched.
    var nextClock: Int64? {
        guard head < events.count else { return nil }
        return max(clock, time(of: events[head].payload))
    }

    mutating func take(source: Int) -> ReplayEvent? {
        guard let clock = nextClock else { return nil }
        self.clock = clock
        let event = events[head]
        head += 1
        return ReplayEvent(
            payload: event.payload, clock: EventTime(milliseconds: clock), source: source, offset: event.offset)
    }

    /// Decodes a batch of this partition; what lies at or past the end is left out.
    mutating func fill(_ batch: MessageBatch, _ decoder: ReplayDecoder) {
        events.removeAll(keepingCapacity: true)
        head = 0
        for message in batch where message.offset < end {
            position = max(position, message.offset + 1)
            if let payload = decoder.decode(message, isLabel: isLabels) {
                events.append((payload, message.offset))
            } else {
                faults += 1
            }
        }
        // Past what was compacted away or belongs to a transaction's end there may be no message at all.
        if batch.contains(where: { $0.offset >= end }) { position = end }
        if let reached = batch.endsOfPartitions[partition] { position = max(position, reached) }
    }

    private func time(of payload: ReplayEvent.Payload) -> Int64 {
        switch payload {
        case .transaction(let transaction, _): transaction.time.milliseconds
        case .label(let label): label.knownAt.milliseconds
        }
    }
}
