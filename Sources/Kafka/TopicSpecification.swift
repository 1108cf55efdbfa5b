/// A topic to create.
public struct TopicSpecification: Hashable, Sendable {
    public var name: String
    public var partitions: Int32
    /// `nil` is the cluster's default.
    public var replication: Int32?
    /// Kafka's topic settings, such as `cleanup.policy` or `retention.ms`.
    public var configuration: [String: String]

    public init(
        name: String, partitions: Int32, replication: Int32? = nil, configuration: [String: String] = [:]
    ) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configuration = configuration
    }

    /// One that keeps the newest message of each key.
    public static func compacted(name: String, partitions: Int32, replication: Int32? = nil) -> TopicSpecification {
        TopicSpecification(
            name: name, partitions: partitions, replication: replication, configuration: ["cleanup.policy": "compact"])
    }
}
