import Foundation
import Scoring
import Sequences
import Testing
import Transformer

@testable import Training

/// What PyTorch did in twenty training steps (Fixtures/make_training.py).
struct TrainingReference: Decodable {
    struct Settings: Decodable {
        let rate, warmup, beta1, beta2, decay, clip: Double
    }

    let configuration: TransformerConfiguration
    let settings: Settings
    let lengths: [Int]
    let numbers: [Float]
    let bins: [UInt16]
    let times: [Int64]
    let labels: [Int8]
    let batches: [[Int]]
    let losses: [Double]

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static func load() throws -> TrainingReference {
        try JSONDecoder().decode(Self.self, from: Data(contentsOf: folder.appendingPathComponent("training.json")))
    }

    /// The weights at a stage, `before` or `after`.
    func parameters(_ stage: String) throws -> Parameters {
        let file = try SafetensorsFile.read(Self.folder.appendingPathComponent("training.safetensors").path)
        let parameters = Parameters(TensorTable(configuration))
        for entry in parameters.table.entries {
            let values = try #require(file["\(stage).\(entry.name)"].flatMap(file.floats), "\(entry.name)")
            try #require(values.count == entry.count)
            _ = parameters[entry].update(fromContentsOf: values)
        }
        return parameters
    }

    var sequences: EncodedSequences {
        EncodedSequences(
            numbersPerToken: 2, fieldsPerToken: 2, numbers: numbers, bins: bins, times: times, lengths: lengths)
    }

    var task: ClassificationTask { ClassificationTask(objective: BinaryCrossEntropy(), labels: labels) }

    /// The chunks of one step.
    func chunks(_ step: Int, of sequences: EncodedSequences) -> [SequenceChunk] {
        batches[step].map { user in
            let tokens = sequences.starts[user]..<sequences.starts[user + 1]
            return SequenceChunk(user: user, start: tokens.lowerBound, scored: tokens)
        }
    }

    /// Trains in place, checking each step's loss.
    func train(
        _ model: TrainableModel, _ parameters: Parameters, peak: Double, losses: [Double], tolerance: Double
    ) throws {
        let sequences = sequences
        let step = try TrainingStep(model, sequences, batchSequences: 6, threads: 2)
        let optimiser = AdamW(
            model.table, moving: model.moving, beta1: settings.beta1, beta2: settings.beta2,
            weightDecay: settings.decay)
        let schedule = OneCycle(peak: peak, steps: losses.count, warmup: settings.warmup)
        for (number, loss) in losses.enumerated() {
            let outcome = try step.run(chunks(number, of: sequences)[...], parameters, task, dropoutSeed: nil)
            #expect(abs(outcome.loss / Double(outcome.targets) - loss) < tolerance, "step \(number)")
            let norm = optimiser.clip(step.gradients, to: settings.clip)
            #expect(norm > settings.clip, "the fixture must clip, or clipping is not tested")
            optimiser.step(parameters, step.gradients, rate: schedule.rate(step: number))
        }
    }
}
