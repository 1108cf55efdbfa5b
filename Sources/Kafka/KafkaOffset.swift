/// Logical offsets, where a start offset is asked for. Real offsets are zero and up.
public enum KafkaOffset {
    /// The oldest message still kept.
    public static let earliest: Int64 = -2
    /// The next message to be written.
    public static let latest: Int64 = -1
    /// The offset the group committed; `auto.offset.reset` decides if there is none.
    public static let committed: Int64 = -1000
    /// No offset: what librdkafka reports where nothing is known.
    static let invalid: Int64 = -1001
}
