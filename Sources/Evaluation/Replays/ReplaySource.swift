public import Transactions

/// One input of a replay: a partition of a topic, a file, a query.
public struct ReplaySource: Hashable, Sendable {
    /// The topic's name, the file's path, or what else tells the input from others.
    public var name: String
    /// nil where the input is no topic.
    public var partition: Int32?

    public init(name: String, partition: Int32? = nil) {
        self.name = name
        self.partition = partition
    }

    /// The coordinates that an alert's id is a function of; nil where the input is no topic.
    public func coordinates(offset: Int64) -> SourceCoordinates? {
        partition.map { SourceCoordinates(topic: name, partition: $0, offset: offset) }
    }
}
