/// What an event may at most be; anything past it is a fault.
public struct EventLimits: Hashable, Sendable {
    /// The largest payload taken in, in bytes.
    public var maximumBytes = 1 << 20
    /// The oldest time taken in; 2000-01-01 by default, which catches zeroed and misread clocks.
    public var earliest = EventTime(milliseconds: 946_684_800_000)
    /// How far an event's time may lie ahead of its message's timestamp; an hour by default. Until then what its partition
    /// tells of entities waits in that event's bucket.
    public var maximumAheadMilliseconds = EventTime.millisecondsPerHour

    /// The longest id, user or entity key, in bytes of UTF-8.
    static let maximumKeyBytes = 256
    /// The longest text of a category, in bytes of UTF-8.
    static let maximumTextBytes = 1024

    public init() {}
}
