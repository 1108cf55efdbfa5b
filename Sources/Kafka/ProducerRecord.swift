/// A message to produce.
public struct ProducerRecord: Hashable, Sendable {
    public var topic: String
    /// `nil`: chosen by the key, or at random without one.
    public var partition: Int32?
    public var key: [UInt8]?
    /// `nil` is a tombstone.
    public var value: [UInt8]?
    public var headers: [KafkaHeader]
    /// Milliseconds since the Unix epoch; `nil` is now.
    public var timestampMilliseconds: Int64?
    /// Comes back in the delivery report.
    public var tag: UInt64

    public init(
        topic: String, partition: Int32? = nil, key: [UInt8]? = nil, value: [UInt8]?, headers: [KafkaHeader] = [],
        timestampMilliseconds: Int64? = nil, tag: UInt64 = 0
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestampMilliseconds = timestampMilliseconds
        self.tag = tag
    }
}
