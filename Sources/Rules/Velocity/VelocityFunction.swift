/// What an aggregate tells of the events in its window.
public enum VelocityFunction: String, Hashable, Sendable, CaseIterable {
    case count
    /// Like `count`; its condition is not optional.
    case countIf = "count_if"
    case sum
    case min
    case max
    case mean
    /// The population's standard deviation.
    case stddev
    case distinct
    /// The value at the last event before this one.
    case last
    /// Seconds since the last event before this one.
    case timeSince = "time_since"

    /// Whether it is about a value, not about events.
    var needsValue: Bool {
        switch self {
        case .count, .countIf, .timeSince: false
        case .sum, .min, .max, .mean, .stddev, .distinct, .last: true
        }
    }
}
