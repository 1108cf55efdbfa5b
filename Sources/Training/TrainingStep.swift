import Scoring
import Sequences
import Synchronization
import Transformer

/// One step's loss and gradients, computed by several threads.
///
/// A step's sequences are divided into shards of fixed size whose gradients are summed in order, so the result depends
/// neither on the number of threads nor on their timing.
final class TrainingStep {
    /// Sequences in a shard: about a thousand tokens, whose activations stay in the caches.
    static let shardSequences = 4

    /// The mean gradients of the last step by what the optimiser holds.
    let gradients: Parameters
    /// The same by the weights that the model was computed with.
    let computedGradients: Parameters
    /// Added to the loss of every step, nil for nothing.
    var penalty: WeightPenalty?
    /// How far the embeddings are moved against the model, per sequence, for a second loss; 0 for no such loss.
    ///
    /// - Source: Miyato, Dai and Goodfellow, "Adversarial training methods for semi-supervised text classification", 2017.
    var adversarialRadius: Float = 0

    private let model: TrainableModel
    private let merged: Parameters?
    private let transformer: Transformer
    private let sequences: EncodedSequences
    private let threads: Int
    private let workers: Workers

    /// - Throws: `TransformerError` for a configuration that is not valid.
    init(
        _ model: TrainableModel, _ sequences: EncodedSequences, batchSequences: Int, threads: Int
    ) throws(TransformerError) {
        self.model = model
        let transformer = try Transformer(model.configuration)
        self.transformer = transformer
        self.sequences = sequences
        self.threads = threads
        let shards = (batchSequences + Self.shardSequences - 1) / Self.shardSequences
        computedGradients = Parameters(transformer.table)
        gradients = model.lowRank == nil ? computedGradients : Parameters(model.table)
        merged = model.lowRank.map { Parameters($0.base) }
        workers = Workers(model.configuration, transformer.table, threads: threads, shards: shards)
    }

    /// What a step found.
    struct Outcome {
        /// Sum of the targets' losses.
        var loss = 0.0
        /// Targets: labelled tokens, or tokens with a successor.
        var targets = 0
        var tokens = 0
    }

    /// Fills `gradients` with those of the mean loss over the chunks' targets; all zero where there are none.
    ///
    /// - Parameter dropoutSeed: nil for no dropout.
    /// - Throws: `TransformerError` where the sequences were encoded for another model.
    func run(
        _ chunks: ArraySlice<SequenceChunk>, _ parameters: Parameters, _ task: some TrainingTask, dropoutSeed: UInt64?
    ) throws(TransformerError) -> Outcome {
        let targets = chunks.reduce(0) { $0 + task.targets(in: $1) }
        gradients.clear()
        computedGradients.clear()
        guard targets > 0 else { return Outcome() }
        let shards = stride(from: chunks.startIndex, to: chunks.endIndex, by: Self.shardSequences).map {
            chunks[$0..<min($0 + Self.shardSequences, chunks.endIndex)]
        }
        let fault = Mutex<TransformerError?>(nil)
        if let merged { model.lowRank?.merge(parameters, into: merged) }
        let weights = merged ?? parameters
        let (transformer, sequences, workers, radius) = (transformer, sequences, workers, adversarialRadius)
        ParallelWork.run(count: shards.count, threads: threads) { thread, shard in
            let workspace = workers.workspaces[thread]
            workers.batches[thread].removeAll()
            for chunk in shards[shard] {
                workers.batches[thread].append(chunk, of: sequences, key: sequences.key(of: chunk))
            }
            workers.gradients[shard].clear()
            do throws(TransformerError) {
                for isPerturbed in radius > 0 ? [false, true] : [false] {
                    if isPerturbed { workspace.perturb(workers.batches[thread], radius: radius) }
                    try transformer.forward(
                        workers.batches[thread], weights, workspace, outputs: task.outputs, dropoutSeed: dropoutSeed,
                        perturbed: isPerturbed)
                    let loss = task.differentiate(
                        shards[shard], workers.batches[thread], workspace, scale: 1 / Float(targets))
                    // What is reported is the loss without an adversary.
                    if !isPerturbed { workers.losses[shard] = loss }
                    transformer.backward(
                        workers.batches[thread], weights, workspace, outputs: task.outputs,
                        into: workers.gradients[shard])
                }
            } catch {
                fault.withLock { $0 = error }
            }
        }
        if let error = fault.withLock({ $0 }) { throw error }
        var outcome = Outcome(targets: targets)
        for shard in shards.indices {
            computedGradients.add(workers.gradients[shard])
            outcome.loss += workers.losses[shard]
            outcome.tokens += shards[shard].reduce(0) { $0 + $1.tokens.count }
        }
        penalty?.add(to: computedGradients, at: weights)
        model.lowRank?.pullBack(computedGradients, at: parameters, into: gradients)
        return outcome
    }

    /// Each thread touches only its own workspace and batch, and each shard's gradients and loss belong to one thread.
    private final class Workers: @unchecked Sendable {
        let workspaces: [Workspace]
        let gradients: [Parameters]
        let batches: UnsafeMutableBufferPointer<TokenBatch>
        let losses: UnsafeMutableBufferPointer<Double>

        init(_ configuration: TransformerConfiguration, _ table: TensorTable, threads: Int, shards: Int) {
            workspaces = (0..<threads).map { _ in Workspace(configuration) }
            gradients = (0..<shards).map { _ in Parameters(table) }
            batches = .allocate(capacity: threads)
            batches.initialize(repeating: TokenBatch(configuration))
            losses = .allocate(capacity: shards)
            losses.initialize(repeating: 0)
        }

        deinit {
            batches.deinitialize()
            batches.deallocate()
            losses.deallocate()
        }
    }
}
