import CRdKafka

/// Owns one reference to a `rd_kafka_queue_t`.
struct EventQueue: ~Copyable {
    let pointer: OpaquePointer

    /// A new queue.
    init(_ client: ClientHandle) {
        pointer = rd_kafka_queue_new(client.pointer)
    }

    /// The queue of delivery reports and errors.
    init(mainOf client: ClientHandle) {
        pointer = rd_kafka_queue_get_main(client.pointer)
    }

    deinit {
        rd_kafka_queue_destroy(pointer)
    }

    /// The next event, waiting at most so long.
    func poll(timeoutMilliseconds: Int32) -> Event? {
        rd_kafka_queue_poll(pointer, timeoutMilliseconds).map { Event(pointer: $0) }
    }

    /// Owns one `rd_kafka_event_t`; what its properties point to lives as long.
    struct Event: ~Copyable {
        let pointer: OpaquePointer

        deinit {
            rd_kafka_event_destroy(pointer)
        }

        var type: Int32 { rd_kafka_event_type(pointer) }
        var response: rd_kafka_resp_err_t { rd_kafka_event_error(pointer) }
        var message: String { rd_kafka_event_error_string(pointer).map { String(cString: $0) } ?? "" }
        var partitions: UnsafePointer<rd_kafka_topic_partition_list_t>? {
            UnsafePointer(rd_kafka_event_topic_partition_list(pointer))
        }
    }
}
