import Sequences
import Transformer

/// Passes over the chunks of one task with one optimiser and one cycle of the learning rate.
struct TrainingLoop<Task: TrainingTask> {
    let phase: TrainingProgress.Phase
    let task: Task
    let chunks: [SequenceChunk]
    let epochs: Int
    let options: TrainingOptions
    let model: TrainableModel
    let step: TrainingStep

    /// Trains `parameters` in place.
    ///
    /// - Parameter afterEpoch: called with the epoch, counted from 1, and what it found; ends the training by false.
    /// - Throws: `TrainingError.diverged` when the loss stops being a number.
    func run(
        _ parameters: Parameters, progress: (TrainingProgress) -> Void,
        afterEpoch: (Int, TrainingStep.Outcome) throws(TrainingError) -> Bool
    ) throws(TrainingError) {
        let optimiser = AdamW(
            parameters.table, moving: model.moving, beta1: options.beta1, beta2: options.beta2,
            weightDecay: options.weightDecay)
        let stepsPerEpoch = (chunks.count + options.batchSequences - 1) / options.batchSequences
        let schedule = OneCycle(
            peak: options.learningRate, steps: stepsPerEpoch * epochs, warmup: options.warmup)
        let allocator = model.lowRank.flatMap { lowRank in
            options.method.rankBudget.map { RankAllocator(lowRank, budget: $0, steps: stepsPerEpoch * epochs) }
        }
        var random = SeededRandom(seed: options.seed ^ UInt64(phase == .pretraining ? 0x9e37 : 0))
        var order = chunks
        var number = 0
        for epoch in 1...max(1, epochs) where epochs > 0 {
            order.shuffle(using: &random)
            var total = TrainingStep.Outcome()
            for start in stride(from: 0, to: order.count, by: options.batchSequences) {
                let batch = order[start..<min(start + options.batchSequences, order.count)]
                let outcome = try advance(
                    batch, parameters, optimiser, allocator, rate: schedule.rate(step: number), number)
                number += 1
                total.loss += outcome.loss
                total.targets += outcome.targets
                total.tokens += outcome.tokens
                guard total.loss.isFinite else { throw .diverged(epoch: epoch, step: number) }
                progress(
                    TrainingProgress(
                        phase: phase, epoch: epoch, epochs: epochs, step: number, steps: stepsPerEpoch * epochs,
                        loss: total.loss / Double(max(1, total.targets))))
            }
            guard try afterEpoch(epoch, total) else { return }
        }
    }

    private func advance(
        _ batch: ArraySlice<SequenceChunk>, _ parameters: Parameters, _ optimiser: AdamW, _ allocator: RankAllocator?,
        rate: Double, _ number: Int
    ) throws(TrainingError) -> TrainingStep.Outcome {
        let outcome: TrainingStep.Outcome
        do throws(TransformerError) {
            outcome = try step.run(batch, parameters, task, dropoutSeed: options.seed &+ UInt64(number) &* 0x9e37_79b9)
        } catch {
            throw .model(error.message)
        }
        // A batch without a target says nothing: neither the moments nor the weights move.
        guard outcome.targets > 0 else { return outcome }
        allocator?.regularise(parameters, step.gradients)
        optimiser.clip(step.gradients, to: options.gradientClip)
        optimiser.step(parameters, step.gradients, rate: rate)
        allocator?.allocate(parameters, step.gradients, step: number)
        return outcome
    }
}
