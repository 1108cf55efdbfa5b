internal import Kafka
internal import Synchronization

/// What the committer tells the intake: offsets for lag tools, and that the group must be joined anew.
final class CommittedOffsets: Sendable {
    private struct State {
        var offsets: [TopicPartition: Int64] = [:]
        var mustRejoin = false
    }

    private let state = Mutex(State())

    func record(_ steps: [CommitUnit.Step]) {
        state.withLock { state in
            for step in steps { state.offsets[step.input] = step.to }
        }
    }

    /// Takes the offsets recorded since the last call.
    func take() -> [TopicPartition: Int64] {
        state.withLock { state in
            defer { state.offsets.removeAll(keepingCapacity: true) }
            return state.offsets
        }
    }

    func rejoin() {
        state.withLock { $0.mustRejoin = true }
    }

    /// True once for any number of calls of `rejoin`.
    func takeRejoin() -> Bool {
        state.withLock { state in
            defer { state.mustRejoin = false }
            return state.mustRejoin
        }
    }
}
