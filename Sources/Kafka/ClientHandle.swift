import CRdKafka

/// Owns one `rd_kafka_t`. Consumers, producers and every batch of messages keep it alive, so it goes last.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from any thread, and the pointer never changes.
final class ClientHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let context: ClientContext
    private let retained: Unmanaged<ClientContext>

    init(_ pointer: OpaquePointer, context: ClientContext, retained: Unmanaged<ClientContext>) {
        self.pointer = pointer
        self.context = context
        self.retained = retained
    }

    /// - Throws: `KafkaError` that names the property at fault. Connects to nothing before it returns.
    static func make(
        _ settings: KafkaSettings, role: ClientRole, context: ClientContext
    ) throws(KafkaError) -> ClientHandle {
        let configuration = try ClientConfiguration(settings: settings, role: role)
        ClientContext.installCallbacks(on: configuration.pointer, role: role)
        return try configuration.makeClient(settings: settings, role: role, context: context)
    }

    deinit {
        rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        retained.release()
    }
}
