import CRdKafka
import Dispatch
import Synchronization

/// Owns one `rd_kafka_t`. Consumers, producers and every batch of messages keep it alive, so it goes last.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from any thread, and the pointer never changes.
final class ClientHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let context: ClientContext
    private let retained: Unmanaged<ClientContext>
    private let isSlowToEnd = Atomic(false)

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

    /// Says that librdkafka still waits for something, as after a `close` that timed out: the end happens aside.
    func endAside() {
        isSlowToEnd.store(true, ordering: .releasing)
    }

    deinit {
        let (pointer, retained) = (SendablePointer(pointer), retained)
        // A commit without coordinator holds librdkafka up for a session timeout.
        if isSlowToEnd.load(ordering: .acquiring) {
            DispatchQueue.global().async { Self.destroy(pointer, retained) }
        } else {
            Self.destroy(pointer, retained)
        }
    }

    private static func destroy(_ pointer: SendablePointer, _ retained: Unmanaged<ClientContext>) {
        rd_kafka_destroy_flags(pointer.value, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        retained.release()
    }

    /// `@unchecked Sendable`: the last reference, handed to whoever destroys it.
    private struct SendablePointer: @unchecked Sendable {
        let value: OpaquePointer
        init(_ value: OpaquePointer) { self.value = value }
    }
}
