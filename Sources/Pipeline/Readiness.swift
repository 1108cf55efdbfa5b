internal import Synchronization

/// What `/health/ready` is told of the processor.
public final class Readiness: Sendable {
    public enum State: Hashable, Sendable {
        case starting
        /// Partitions are assigned and being decided.
        case assigned(Int)
        case stopping
        case failed(String)
    }

    private let state = Mutex(State.starting)

    public init() {}

    public var current: State { state.withLock { $0 } }

    func set(_ new: State) {
        state.withLock { state in
            // A failure is final: what follows it is only the way down.
            if case .failed = state { return }
            state = new
        }
    }
}
