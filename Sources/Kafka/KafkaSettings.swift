/// How to reach a cluster: any of librdkafka's properties, TLS and SASL included.
///
/// - Source: https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
public struct KafkaSettings: Sendable, CustomStringConvertible {
    /// Comma-separated `host:port` of some brokers of the cluster.
    public var bootstrapServers: String
    /// librdkafka's properties by name, such as `security.protocol` or `sasl.password`. They override our defaults.
    public var properties: [String: String]

    public init(bootstrapServers: String, properties: [String: String] = [:]) {
        self.bootstrapServers = bootstrapServers
        self.properties = properties
    }

    /// These settings with some properties added or replaced.
    public func adding(_ more: [String: String]) -> KafkaSettings {
        KafkaSettings(bootstrapServers: bootstrapServers, properties: properties.merging(more) { $1 })
    }

    /// Checks names and values of all properties without connecting to anything.
    ///
    /// - Throws: `KafkaError` that names the property at fault and not its value, if that is secret.
    public func validate() throws(KafkaError) {
        _ = try ClientConfiguration(settings: self, role: .consumer(groupID: nil))
        _ = try ClientConfiguration(settings: self, role: .producer)
    }

    /// Sorted `name=value` pairs; the values of secret properties are hidden.
    public var description: String {
        let pairs = properties.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\(Self.isSecret(name) ? "[hidden]" : value)"
        }
        return (["bootstrap.servers=\(bootstrapServers)"] + pairs).joined(separator: " ")
    }

    /// Whether a property's value must not be shown, by its name.
    public static func isSecret(_ property: String) -> Bool {
        let name = property.lowercased()
        if name.hasSuffix(".location") || name.hasSuffix(".url") { return false }
        let marks = ["password", "passphrase", "secret", "key", "token", "credential", "jaas", "pem", "oauthbearer"]
        return marks.contains { name.contains($0) }
    }

    /// A text of librdkafka's with every secret value taken out.
    func scrubbed(_ text: String) -> String {
        properties.reduce(text) { text, property in
            guard Self.isSecret(property.key), !property.value.isEmpty else { return text }
            return text.replacing(property.value, with: "[hidden]")
        }
    }
}

extension KafkaSettings: CustomDebugStringConvertible, CustomReflectable {
    public var debugDescription: String { description }
    /// Dumps and test failures print mirrors, so this one must not hold the secrets either.
    public var customMirror: Mirror { Mirror(self, children: ["settings": description]) }
}
