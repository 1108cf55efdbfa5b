internal import Sequences
internal import Transactions

/// How a declared velocity is read from its window; holds no references, so that copying it costs nothing.
struct AggregateView: Sendable {
    let function: VelocityFunction
    /// Position among the compiled aggregates.
    let aggregate: Int
    /// Whether a number is seen as a whole one.
    private let isInt: Bool
    /// Position among the user's states of its kind.
    private let place: Int

    init(_ velocity: CompiledVelocity, of aggregate: CompiledAggregate) {
        function = velocity.declaration.function
        self.aggregate = velocity.aggregate
        isInt = velocity.type == .int
        place = aggregate.stateIndex
    }

    /// What conditions see of a user's window.
    ///
    /// - Parameter last: of a last value, what was seen before the event.
    @inline(__always)
    func value(_ states: AggregateStates, _ last: AggregateValue, at time: EventTime) -> ObservedValue {
        switch function {
        case .count, .countIf: .int(Int64(states.count(place)))
        case .sum: .double(states.sum(place))
        case .distinct: .int(states.distinctCount(place))
        case .min, .max, .mean: value(states.moments(place, tracksSpread: false))
        case .stddev: value(states.moments(place, tracksSpread: true))
        case .last, .timeSince: value(last, at: time)
        }
    }

    /// What conditions see of a window; absent where there is nothing to tell.
    func value(_ state: AggregateValue, at time: EventTime) -> ObservedValue {
        switch state {
        case .moments(let moments): value(moments)
        case .distinct(let count): .int(count)
        case .last(let seen, let content):
            switch (function, content) {
            case (.timeSince, _): .double(Double(time.milliseconds - seen.milliseconds) / 1000)
            // The largest whole numbers are kept as a double that no Int64 holds.
            case (_, .double(let number)) where isInt: Int64(exactly: number).map { .int($0) } ?? .absent
            default: content
            }
        case .nothing:
            switch function {
            case .count, .countIf, .distinct: .int(0)
            case .sum: .double(0)
            case .min, .max, .mean, .stddev, .last, .timeSince: .absent
            }
        }
    }

    private func value(_ moments: Moments) -> ObservedValue {
        switch function {
        case .count, .countIf: return .int(Int64(moments.count))
        case .sum: return .double(moments.sum)
        default: break
        }
        guard moments.count > 0 else { return .absent }
        switch function {
        case .min: return .double(moments.minimum)
        case .max: return .double(moments.maximum)
        case .mean: return .double(moments.mean)
        case .stddev: return .double(moments.deviation)
        default: return .absent
        }
    }
}
