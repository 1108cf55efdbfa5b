import CRdKafka

/// Owns one `rd_kafka_conf_t` until a client takes it over.
struct ClientConfiguration: ~Copyable {
    let pointer: OpaquePointer

    /// - Throws: `KafkaError` naming the first wrong property.
    init(settings: KafkaSettings, role: ClientRole) throws(KafkaError) {
        pointer = rd_kafka_conf_new()
        let properties = settings.properties.filter { role.understands($0.key) }
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            if let required = role.required[name], required != value {
                throw Self.refusal(name, "is always '\(required)' here")
            }
        }
        let chosen = properties.merging(["bootstrap.servers": settings.bootstrapServers]) { $1 }
        let all = role.defaults.merging(chosen) { $1 }.merging(role.required) { $1 }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            try set(name, value, settings)
        }
    }

    private func set(_ name: String, _ value: String, _ settings: KafkaSettings) throws(KafkaError) {
        var reason = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(pointer, name, value, &reason, reason.count)
        guard result != RD_KAFKA_CONF_OK else { return }
        if result == RD_KAFKA_CONF_UNKNOWN { throw Self.refusal(name, "is unknown to librdkafka") }
        // Its reason may quote a value.
        throw Self.refusal(name, settings.scrubbed(String(message: reason)))
    }

    private static func refusal(_ name: String, _ reason: String) -> KafkaError {
        KafkaError(code: .invalidArgument, operation: "set property", message: "property '\(name)': \(reason)")
    }

    /// Gives the configuration to a new client.
    consuming func makeClient(
        settings: KafkaSettings, role: ClientRole, context: ClientContext
    ) throws(KafkaError) -> ClientHandle {
        let retained = Unmanaged.passRetained(context)
        rd_kafka_conf_set_opaque(pointer, retained.toOpaque())
        var reason = [CChar](repeating: 0, count: 512)
        guard let client = rd_kafka_new(role.type, pointer, &reason, reason.count) else {
            let code = KafkaErrorCode(rd_kafka_last_error())
            retained.release()
            _ = consume self
            throw KafkaError(
                code: code, operation: "create client", message: settings.scrubbed(String(message: reason)))
        }
        discard self
        return ClientHandle(client, context: context, retained: retained)
    }

    deinit {
        rd_kafka_conf_destroy(pointer)
    }
}

extension String {
    /// The text before the first zero byte of a C buffer.
    init(message buffer: [CChar]) {
        self.init(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
