internal import Kafka
internal import Logging
internal import Transactions

/// A feed of topics: every partition in the order of its offsets, all of them together in the order of time.
///
/// Reads up to where each partition ended when the feed was opened, so that a replay of a live topic comes to an end.
final class KafkaFeed: ReplayFeed {
    /// A partition is read on past the end of the span for this long, for what comes late.
    static let lateMargin = EventTime.millisecondsPerDay

    let sources: [ReplaySource]
    let carriesTruth = false
    let expectedEvents: Int?
    private(set) var remarks: [String] = []
    private(set) var newest: EventTime?

    private let reader: KafkaPartitionReader
    private let decoder: ReplayDecoder
    private var cursors: [PartitionCursor]
    /// Cursors with an event ready, the earliest on top.
    private var heap = CursorHeap()
    private let end: EventTime?

    var faults: Int { cursors.reduce(0) { $0 + $1.faults } }

    /// Opens the topics and begins to fetch.
    ///
    /// - Throws: `KafkaError`, also for a topic that does not exist.
    init(_ input: KafkaReplayInput, schema: TransactionSchema) throws {
        let quiet = Logger(label: "vigil.replay") { _ in SwiftLogNoOpLogHandler() }
        let partitions = try PartitionRange.all(of: input, logger: quiet)
        decoder = ReplayDecoder(schema: schema, input: input)
        end = input.end
        sources = partitions.map { ReplaySource(name: $0.partition.topic, partition: $0.partition.partition) }
        expectedEvents = partitions.reduce(0) { $0 + $1.offsets.count }
        remarks = partitions.filter(\.isTrimmed).map {
            "\($0.partition): records before offset \($0.offsets.lowerBound) are gone"
        }
        reader = try KafkaPartitionReader(settings: input.kafka, partitions: partitions.count, logger: quiet)
        cursors = partitions.map {
            PartitionCursor($0.partition, isLabels: $0.partition.topic == input.labels, offsets: $0.offsets)
        }
        for range in partitions where !range.offsets.isEmpty {
            try reader.start(range.partition, at: range.offsets.lowerBound)
        }
    }

    func next() throws -> ReplayEvent? {
        if !heap.isStarted {
            for index in cursors.indices { try advance(index) }
            heap.isStarted = true
        }
        guard let top = heap.first else { return nil }
        let index = top.source
        guard let event = cursors[index].take(source: index) else { return nil }
        newest = max(newest ?? event.clock, event.clock)
        if let clock = try nextClock(of: index) {
            heap.replaceFirst(CursorHeap.Entry(clock: clock, source: index))
        } else {
            heap.removeFirst()
        }
        return event
    }

    private func advance(_ index: Int) throws {
        if let clock = try nextClock(of: index) { heap.insert(CursorHeap.Entry(clock: clock, source: index)) }
    }

    /// The clock at which the partition's next event comes, fetched where need be; nil at the partition's end.
    private func nextClock(of index: Int) throws -> Int64? {
        while true {
            if let clock = cursors[index].nextClock {
                if let end, !cursors[index].isLabels, clock >= end.milliseconds + Self.lateMargin { return nil }
                return clock
            }
            guard !cursors[index].isFinished else { return nil }
            let batch = try reader.read(cursors[index].partition, maximum: 1024, timeoutMilliseconds: 200)
            if batch.isEmpty, let error = batch.errors.first(where: { !$0.isRetriable }) { throw error }
            cursors[index].fill(batch, decoder)
        }
    }
}
