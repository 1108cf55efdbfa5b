import CRdKafka

extension KafkaProducer {
    /// Messages queued or in flight, and reports not yet taken.
    public var outstandingCount: Int { Int(rd_kafka_outq_len(client.pointer)) }

    /// Appends the delivery reports that are there, waiting at most so long for the first.
    ///
    /// - Throws: a fatal `KafkaError`; the reports appended before it stay.
    public func poll(into reports: inout [DeliveryReport], timeoutMilliseconds: Int32) throws(KafkaError) {
        let queue = EventQueue(mainOf: client)
        var wait = timeoutMilliseconds
        while let event = queue.poll(timeoutMilliseconds: wait) {
            wait = 0
            switch event.type {
            case RD_KAFKA_EVENT_DR:
                while let message = rd_kafka_event_message_next(event.pointer) {
                    reports.append(DeliveryReport(message.pointee))
                }
            case RD_KAFKA_EVENT_ERROR:
                client.context.report(
                    KafkaError(code: KafkaErrorCode(event.response), operation: "client", message: event.message))
            default:
                break
            }
        }
        if let fatal = client.fatalError(operation: "produce") { throw fatal }
    }

    /// The delivery reports that are there, waiting at most so long for the first.
    ///
    /// - Throws: a fatal `KafkaError`; reports taken with it are lost, which `poll(into:)` avoids.
    public func poll(timeoutMilliseconds: Int32) throws(KafkaError) -> [DeliveryReport] {
        var reports: [DeliveryReport] = []
        try poll(into: &reports, timeoutMilliseconds: timeoutMilliseconds)
        return reports
    }

    /// Waits until every queued message has its outcome, and appends the reports.
    ///
    /// - Throws: `timedOut` if some are still open, or a fatal `KafkaError`; the reports appended stay.
    public func flush(into reports: inout [DeliveryReport], timeoutMilliseconds: Int32) throws(KafkaError) {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        while outstandingCount > 0 {
            try poll(into: &reports, timeoutMilliseconds: min(100, deadline.remainingMilliseconds))
            if deadline.hasPassed, outstandingCount > 0 {
                throw KafkaError(
                    code: .timedOut, operation: "flush",
                    message: "\(outstandingCount) messages without outcome after \(timeoutMilliseconds) ms")
            }
        }
    }

    /// Gives up all that is queued or in flight; their reports say so at the next `poll`.
    public func purge() throws(KafkaError) {
        try KafkaError.check(
            rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT), "purge")
    }

    /// Connection errors seen since the last call; librdkafka itself goes on trying.
    public func takeErrors() -> [KafkaError] { client.context.takeErrors() }
}

extension DeliveryReport {
    init(_ message: rd_kafka_message_t) {
        tag = UInt64(UInt(bitPattern: message._private))
        partition = message.partition
        if message.err == RD_KAFKA_RESP_ERR_NO_ERROR {
            offset = message.offset < 0 ? nil : message.offset
            error = nil
        } else {
            offset = nil
            error = KafkaError(
                code: KafkaErrorCode(message.err), operation: "deliver", partition: message.topicPartition)
        }
    }
}
