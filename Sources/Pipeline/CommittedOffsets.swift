internal import Kafka
internal import Synchronization

/// What the committer tells the intake: offsets for lag tools, and which inputs others have taken.
final class CommittedOffsets: Sendable {
    private struct State {
        var offsets: [TopicPartition: Int64] = [:]
        var fenced: [TopicPartition: Int64] = [:]
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

    /// Another instance has claimed these inputs, held here under these epochs.
    func fenced(_ epochs: [TopicPartition: Int64]) {
        state.withLock { $0.fenced.merge(epochs) { max($0, $1) } }
    }

    /// Takes the inputs fenced since the last call.
    func takeFenced() -> [TopicPartition: Int64] {
        state.withLock { state in
            defer { state.fenced.removeAll() }
            return state.fenced
        }
    }
}
