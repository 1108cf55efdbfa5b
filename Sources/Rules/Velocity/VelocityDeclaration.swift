internal import Sequences
internal import Transactions

/// An aggregate as a rule file declares it; conditions see it as `velocity.NAME`.
public struct VelocityDeclaration: Hashable, Sendable {
    public let name: String
    public let function: VelocityFunction
    /// The expression whose values are aggregated; nil for `count`, `count_if` and `time_since`.
    public let value: String?
    /// Which events count; nil for all.
    public let condition: String?
    /// The entity whose events count, by its name in the schema; nil for the user.
    public let entity: String?
    public let windowMilliseconds: Int64
    /// The window begins at a multiple of this.
    public let bucketMilliseconds: Int64
    /// Where it stands in its file, from one.
    public let line: Int

    /// Shortest and longest window.
    static let windows: ClosedRange<Int64> = 60_000...30 * 86_400_000
    /// The most buckets in a window.
    static let bucketLimit: Int64 = 2000

    /// Whole seconds, minutes, hours and days that buckets have unless declared otherwise.
    private static let usualBuckets: [Int64] = [1, 5, 10, 30, 60, 300, 900, 1800, 3600, 21_600, 86_400].map {
        $0 * 1000
    }

    /// The largest usual bucket that still cuts the window into fifty or more.
    static func defaultBucket(ofWindow window: Int64) -> Int64 {
        usualBuckets.last { window % $0 == 0 && window / $0 >= 50 } ?? 1000
    }

    var kind: AggregateSpecification.Kind {
        switch function {
        case .distinct: .distinct
        case .last, .timeSince: .last
        case .count, .countIf, .sum, .min, .max, .mean, .stddev: .moments
        }
    }

    /// The expression whose values are kept. Of events that are only counted or timed, the amount: every event has one,
    /// so that their count and its sum are read from one state.
    var keptValue: String { value ?? "tx.amount" }

    /// The state that the aggregate is read from; declarations that agree in everything but the function share it, if
    /// both need the spread or neither does.
    var specification: AggregateSpecification {
        // Who asks for the mean mostly asks for the deviation too.
        let isSpread = function == .stddev || function == .mean
        let parts = [
            String(kind.rawValue), Self.canonical(keptValue), Self.canonical(condition), entity ?? "",
            String(windowMilliseconds), String(bucketMilliseconds), isSpread ? "spread" : "",
        ]
        return AggregateSpecification(
            id: StableHash.identifier(parts.map { "\($0.utf8.count):\($0)" }.joined()), kind: kind,
            windowMilliseconds: windowMilliseconds, bucketMilliseconds: bucketMilliseconds, tracksSpread: isSpread)
    }

    /// However an expression is laid out, its state is the same.
    private static func canonical(_ expression: String?) -> String {
        expression.map { ExpressionText.canonical($0) ?? $0 } ?? ""
    }

    /// The most bytes of state that one user has of it; nil where it is kept by entity, in completed buckets.
    public var bytesPerUser: Int? { entity == nil ? specification.byteLimit : nil }

    /// The most bytes that one bucket of an entity has of it, from each partition; nil where it is kept by user.
    public var bytesPerBucket: Int? { entity == nil ? nil : specification.byteLimitOfBucket }
}
