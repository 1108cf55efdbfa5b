internal import Sequences
internal import Transactions

/// What an aggregate's window holds at an event.
enum AggregateValue: Sendable {
    case nothing
    case moments(Moments)
    case distinct(Int64)
    case last(LastValue)
}

/// How a declared velocity is read from its window; holds no references, so that copying it costs nothing.
struct AggregateView: Sendable {
    let function: VelocityFunction
    /// Position among the compiled aggregates.
    let aggregate: Int
    /// Whether a number is seen as a whole one.
    let isInt: Bool

    init(_ velocity: CompiledVelocity) {
        function = velocity.declaration.function
        aggregate = velocity.aggregate
        isInt = velocity.type == .int
    }

    /// What conditions see of a window; absent where there is nothing to tell.
    @inline(__always)
    func value(_ state: borrowing AggregateValue, at time: EventTime) -> Value {
        let state = copy state
        switch (function, state) {
        case (.count, .moments(let moments)), (.countIf, .moments(let moments)): return .int(Int64(moments.count))
        case (.count, _), (.countIf, _): return .int(0)
        case (.sum, .moments(let moments)): return .double(moments.sum)
        case (.sum, _): return .double(0)
        case (.distinct, .distinct(let count)): return .int(count)
        case (.distinct, _): return .int(0)
        case (.min, .moments(let moments)) where moments.count > 0: return .double(moments.minimum)
        case (.max, .moments(let moments)) where moments.count > 0: return .double(moments.maximum)
        case (.mean, .moments(let moments)) where moments.count > 0: return .double(moments.mean)
        case (.stddev, .moments(let moments)) where moments.count > 0: return .double(moments.deviation)
        case (.timeSince, .last(let last)):
            return .double(Double(time.milliseconds - last.time.milliseconds) / 1000)
        case (.last, .last(let last)):
            switch last.content {
            case .text(let text): return .string(text)
            case .number(let number): return isInt ? .int(Int64(number)) : .double(number)
            }
        default: return .failure(.absent)
        }
    }
}
