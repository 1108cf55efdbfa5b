import CRdKafka
public import Logging
import Synchronization

/// A consumer whose calls block, for a thread of its own: in a group (`subscribe`) or on chosen partitions (`assign`).
///
/// `subscribe`, `poll` and `close` belong to one thread; all else may be called from any, also from a
/// `RebalanceHandler`. Without `close` the group waits a session timeout for this member.
///
/// `@unchecked Sendable`: librdkafka's handle is thread-safe, and `isPolling` keeps a second polling thread out.
public final class KafkaConsumer: @unchecked Sendable {
    let client: ClientHandle
    let rebalances: RebalanceCoordinator
    private let isPolling = Atomic(false)
    private let isClosed = Atomic(false)

    /// - Parameter groupID: the group to join or to commit for; `nil` takes the property `group.id`, or reads
    ///   without a group.
    /// - Throws: `KafkaError` that names the property at fault. Connects to nothing before it returns.
    public init(settings: KafkaSettings, groupID: String? = nil, logger: Logger? = nil) throws(KafkaError) {
        rebalances = RebalanceCoordinator()
        client = try ClientHandle.make(
            settings, role: .consumer(groupID: groupID),
            context: ClientContext(
                logger: logger, bootstrapServers: settings.bootstrapServers, rebalances: rebalances))
        // Errors and commit results then come through the consumer's queue too.
        try KafkaError.check(rd_kafka_poll_set_consumer(client.pointer), "create client")
    }

    /// Joins the group for these topics. The handler is held until `close` and called from inside `poll` and `close`.
    public func subscribe(_ topics: [String], rebalance handler: any RebalanceHandler) throws(KafkaError) {
        rebalances.handler = handler
        let list = PartitionList(topics: topics)
        try KafkaError.check(rd_kafka_subscribe(client.pointer, list.pointer), "subscribe")
    }

    /// Reads exactly these partitions from the given offsets (or `KafkaOffset`s) on, without joining a group.
    /// Replaces the assignment before; empty ends it.
    public func assign(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        let list = PartitionList(offsets: offsets)
        try KafkaError.check(rd_kafka_assign(client.pointer, list.pointer), "assign")
    }

    /// Waits for the first message, then takes what else has already arrived.
    ///
    /// Partitions that go meanwhile take with them their messages not yet handed out.
    ///
    /// - Parameters:
    ///   - maximum: most messages to return.
    ///   - timeoutMilliseconds: longest wait for the first; 0 only looks.
    /// - Returns: a batch, perhaps without messages: on a timeout, an end of partition or an error that is not fatal.
    /// - Throws: a fatal `KafkaError`, or what the `RebalanceHandler` threw.
    public func poll(maximum: Int, timeoutMilliseconds: Int32) throws -> MessageBatch {
        try enter("poll")
        defer { isPolling.store(false, ordering: .releasing) }
        try rebalances.checkHandler()

        var taken = BatchBuilder(capacity: Swift.min(maximum, 1024))
        taken.fill(maximum: maximum, timeoutMilliseconds: timeoutMilliseconds, client: client, rebalances: rebalances)
        if taken.messages.isEmpty {
            try rebalances.checkHandler()
            if let fatal = taken.fatalError ?? client.fatalError(operation: "poll") { throw fatal }
        }
        return taken.finish(client)
    }

    private func enter(_ operation: String) throws(KafkaError) {
        if isClosed.load(ordering: .acquiring) {
            throw KafkaError(code: .destroyed, operation: operation, message: "the consumer is closed")
        }
        let (exchanged, _) = isPolling.compareExchange(
            expected: false, desired: true, ordering: .acquiringAndReleasing)
        if !exchanged {
            throw KafkaError(code: .conflict, operation: operation, message: "another thread is polling")
        }
    }

    /// Leaves the group after the handler's `revoked`, within a bounded time. A second call does nothing.
    ///
    /// - Throws: what the handler threw, or a `timedOut` `KafkaError`: then the group finds out by its session timeout.
    public func close(timeoutMilliseconds: Int32 = 10_000) throws {
        if isClosed.load(ordering: .acquiring) { return }
        try enter("close")
        defer { isPolling.store(false, ordering: .releasing) }
        isClosed.store(true, ordering: .releasing)
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        let queue = EventQueue(client)
        try KafkaError.check(rd_kafka_consumer_close_queue(client.pointer, queue.pointer), "close")
        while rd_kafka_consumer_closed(client.pointer) == 0 {
            if let event = queue.poll(timeoutMilliseconds: Swift.min(50, deadline.remainingMilliseconds)) {
                if event.type == RD_KAFKA_EVENT_REBALANCE {
                    rebalances.handle(event.response, event.partitions, client: client.pointer)
                }
            } else if deadline.hasPassed {
                client.endAside()
                throw KafkaError(code: .timedOut, operation: "close", message: "leaving the group takes too long")
            }
        }
        rebalances.handler = nil
        try rebalances.checkHandler()
    }
}
