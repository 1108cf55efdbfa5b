public import Sequences
import Synchronization
public import Transformer

/// Logits of a dataset's tokens by the training path, many sequences at a time on several threads.
public struct ModelBatchScorer: Sendable {
    /// Tokens of one forward pass: its activations should stay in the caches.
    static let tokensPerBatch = 1024
    static let tokensPerChunk = 512

    private let transformer: Transformer
    private let parameters: Parameters
    private let threads: Int

    /// - Throws: `ModelFault` for a configuration that is not valid.
    public init(
        _ configuration: TransformerConfiguration, _ parameters: Parameters, threads: Int
    ) throws(ModelFault) {
        do throws(TransformerError) {
            transformer = try Transformer(configuration)
        } catch {
            throw ModelFault(file: Model.File.configuration.rawValue, field: "transformer", detail: error.message)
        }
        self.parameters = parameters
        self.threads = max(1, threads)
    }

    /// - Throws: `ModelFault` for a configuration that is not valid.
    public init(_ model: Model, threads: Int) throws(ModelFault) {
        try self.init(model.configuration, model.parameters, threads: threads)
    }

    /// The logits of the tokens with times in [from, to), by row of the dataset; NaN for the others.
    ///
    /// - Parameter users: whose tokens; nil is everyone's.
    /// - Throws: `ModelFault` where the sequences were encoded for another model.
    public func logits(
        _ sequences: EncodedSequences, of users: Set<Int>? = nil, from: Int64 = .min, to: Int64 = .max
    ) throws(ModelFault) -> [Float] {
        let configuration = transformer.configuration
        let chunks = sequences.chunks(
            of: users, from: from, to: to, context: configuration.layers * (configuration.window - 1),
            maximumTokens: Self.tokensPerChunk)
        let batches = Self.batches(chunks)
        let fault = Mutex<TransformerError?>(nil)
        var logits = [Float](repeating: .nan, count: sequences.count)
        logits.withUnsafeMutableBufferPointer { buffer in
            let state = Threads(configuration, threads, output: buffer)
            ParallelWork.run(count: batches.count, threads: threads) { thread, item in
                do throws(TransformerError) {
                    try score(chunks[batches[item]], of: sequences, thread, state)
                } catch {
                    fault.withLock { $0 = error }
                }
            }
        }
        if let error = fault.withLock({ $0 }) {
            throw ModelFault(file: Model.File.encoder.rawValue, detail: error.message)
        }
        return logits
    }

    private func score(
        _ chunks: ArraySlice<SequenceChunk>, of sequences: EncodedSequences, _ thread: Int, _ state: Threads
    ) throws(TransformerError) {
        let workspace = state.workspaces[thread]
        state.batches[thread].removeAll()
        for chunk in chunks { state.batches[thread].append(chunk, of: sequences) }
        try transformer.forward(state.batches[thread], parameters, workspace)
        var token = 0
        for chunk in chunks {
            token += chunk.scored.lowerBound - chunk.start
            for position in chunk.scored {
                state.output[sequences.rows[position]] = workspace.logits[token]
                token += 1
            }
        }
    }

    private static func batches(_ chunks: [SequenceChunk]) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var start = 0
        var tokens = 0
        for (index, chunk) in chunks.enumerated() {
            tokens += chunk.tokens.count
            guard tokens >= tokensPerBatch || index == chunks.count - 1 else { continue }
            batches.append(start..<index + 1)
            (start, tokens) = (index + 1, 0)
        }
        return batches
    }

    /// Each thread touches only its own workspace and batch, and every token of the output belongs to one work item.
    private final class Threads: @unchecked Sendable {
        let workspaces: [Workspace]
        let batches: UnsafeMutableBufferPointer<TokenBatch>
        let output: UnsafeMutableBufferPointer<Float>

        init(_ configuration: TransformerConfiguration, _ count: Int, output: UnsafeMutableBufferPointer<Float>) {
            workspaces = (0..<count).map { _ in Workspace(configuration) }
            batches = .allocate(capacity: count)
            batches.initialize(repeating: TokenBatch(configuration))
            self.output = output
        }

        deinit {
            batches.deinitialize()
            batches.deallocate()
        }
    }
}
