/// What became of one produced message.
public struct DeliveryReport: Sendable {
    /// The tag given to `produce`.
    public let tag: UInt64
    public let partition: Int32
    /// Where the broker wrote it; `nil` if it failed.
    public let offset: Int64?
    /// Why it is not known to be written, if it is not.
    public let error: KafkaError?
}
