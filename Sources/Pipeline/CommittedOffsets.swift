internal import Kafka
internal import Synchronization

/// What the other threads tell the intake: offsets for lag tools, which inputs others have taken, which to claim anew.
final class CommittedOffsets: Sendable {
    /// What the processor gave up because scoring failed: inputs with their epochs, and the records to keep whole.
    struct ClaimAgain: Sendable {
        var epochs: [TopicPartition: Int64]
        var suspects: [TopicPartition: Set<Int64>]
    }

    private struct State {
        var offsets: [TopicPartition: Int64] = [:]
        var fenced: [TopicPartition: Int64] = [:]
        var claimAgain: ClaimAgain?
        var asked: [TopicPartition] = []
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

    /// The processor has given up these inputs and wants them anew.
    func claimAgain(_ request: ClaimAgain) {
        state.withLock { $0.claimAgain = request }
    }

    func takeClaimAgain() -> ClaimAgain? {
        state.withLock { state in
            defer { state.claimAgain = nil }
            return state.claimAgain
        }
    }

    /// The processor wants to know where these inputs end.
    func askEnds(_ inputs: [TopicPartition]) {
        state.withLock { $0.asked = inputs }
    }

    func takeEndsAsked() -> [TopicPartition] {
        state.withLock { state in
            defer { state.asked = [] }
            return state.asked
        }
    }

    /// Takes the inputs fenced since the last call.
    func takeFenced() -> [TopicPartition: Int64] {
        state.withLock { state in
            defer { state.fenced.removeAll() }
            return state.fenced
        }
    }
}
