/// A moment in event time: milliseconds since 1970-01-01T00:00:00Z.
public struct EventTime: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch.
    public var milliseconds: Int64

    public static let millisecondsPerSecond: Int64 = 1000
    public static let millisecondsPerHour: Int64 = 3_600_000
    public static let millisecondsPerDay: Int64 = 86_400_000

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Days since the Unix epoch, fractions included.
    public var days: Double { Double(milliseconds) / Double(Self.millisecondsPerDay) }

    /// Midnight (UTC) of its day.
    public var startOfDay: EventTime {
        let intoDay = milliseconds % Self.millisecondsPerDay
        return EventTime(milliseconds: milliseconds - intoDay - (intoDay < 0 ? Self.millisecondsPerDay : 0))
    }

    /// This moment moved by whole milliseconds.
    public func advanced(byMilliseconds delta: Int64) -> EventTime {
        EventTime(milliseconds: milliseconds + delta)
    }
}
