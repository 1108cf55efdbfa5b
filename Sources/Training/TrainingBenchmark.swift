import Sequences
public import Transformer

/// What a step of training costs: forward, backward, clipping and the optimiser on made-up sequences.
public struct TrainingBenchmark: Sendable {
    public let configuration: TransformerConfiguration
    /// Sequences in a step, and tokens in each; every token is labelled.
    public let batch: Int
    public let tokens: Int
    public let threads: Int

    /// Steps and the time that they took.
    public struct Outcome: Sendable {
        public var steps: Int
        public var tokens: Int
        public var seconds: Double
        /// Mean of a token over the timed steps.
        public var loss: Double

        public var tokensPerSecond: Double { Double(tokens) / seconds }
    }

    public init(_ configuration: TransformerConfiguration, batch: Int, tokens: Int, threads: Int) {
        self.configuration = configuration
        self.batch = batch
        self.tokens = tokens
        self.threads = threads
    }

    /// Trains for about `seconds`, after a few steps that are not timed.
    ///
    /// - Throws: `TrainingError` for a configuration that is not valid.
    public func run(seconds: Double) throws(TrainingError) -> Outcome {
        var options = TrainingOptions()
        // The cycle is as good as endless: a warm-up would be too.
        (options.batchSequences, options.threads, options.warmup) = (batch, threads, 0)
        let (sequences, labels) = made(of: 8 * batch)
        let chunks = sequences.chunks(context: 0, maximumTokens: tokens)
        let model: TrainableModel
        let step: TrainingStep
        do throws(TransformerError) {
            model = try TrainableModel(configuration, options.method)
            step = try TrainingStep(model, sequences, batchSequences: batch, threads: threads)
        } catch {
            throw .model(error.message)
        }
        let task = ClassificationTask(objective: options.objective.objective, labels: labels)
        let loop = TrainingLoop(
            phase: .training, task: task, chunks: chunks, epochs: .max / chunks.count, options: options, model: model,
            step: step)
        var outcome = Outcome(steps: 0, tokens: 0, seconds: 0, loss: 0)
        var (losses, epochs) = (0.0, 0)
        var started = ContinuousClock.now
        try loop.run(model.initial(nil, seed: 1), progress: { _ in }) { (epoch, found) throws(TrainingError) in
            guard epoch > 1 else {
                started = ContinuousClock.now
                return true
            }
            epochs += 1
            outcome.tokens += found.tokens
            losses += found.loss
            outcome.seconds = (ContinuousClock.now - started) / .seconds(1)
            return outcome.seconds < seconds
        }
        outcome.steps = epochs * chunks.count / batch
        outcome.loss = losses / Double(max(1, outcome.tokens))
        return outcome
    }

    /// Sequences of random numbers and bins, ten hours between tokens, one token in a hundred a fraud.
    private func made(of users: Int) -> (EncodedSequences, labels: [Int8]) {
        var random = SeededRandom(seed: 1)
        let count = users * tokens
        let numbers = (0..<count * configuration.numbers).map { _ in Float.random(in: -2...2, using: &random) }
        let bins = (0..<count).flatMap { _ in
            configuration.binCounts.map { UInt16.random(in: 0..<UInt16(clamping: $0), using: &random) }
        }
        let labels = (0..<count).map { _ in Int8(Int.random(in: 0..<100, using: &random) == 0 ? 1 : 0) }
        let sequences = EncodedSequences(
            numbersPerToken: configuration.numbers, fieldsPerToken: configuration.binCounts.count, numbers: numbers,
            bins: bins, times: (0..<count).map { Int64($0 % tokens) * 36_000_000 },
            lengths: [Int](repeating: tokens, count: users))
        return (sequences, labels)
    }
}
