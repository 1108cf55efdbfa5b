import Foundation
import Scoring
import Sequences
import Testing
import Transformer

@testable import Training

/// Twenty steps of AdamW against PyTorch (Fixtures/make_training.py).
@Suite struct PyTorchTests {
    private struct Reference: Decodable {
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
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    private func parameters(_ stage: String, _ table: TensorTable) throws -> Parameters {
        let file = try SafetensorsFile.read(Self.folder.appendingPathComponent("training.safetensors").path)
        let parameters = Parameters(table)
        for entry in table.entries {
            let values = try #require(file["\(stage).\(entry.name)"].flatMap(file.floats), "\(entry.name)")
            try #require(values.count == entry.count)
            _ = parameters[entry].update(fromContentsOf: values)
        }
        return parameters
    }

    @Test func lossesAndWeightsFollowPyTorch() throws {
        let json = try Data(contentsOf: Self.folder.appendingPathComponent("training.json"))
        let reference = try JSONDecoder().decode(Reference.self, from: json)
        let table = TensorTable(reference.configuration)
        let parameters = try parameters("before", table)
        let sequences = EncodedSequences(
            numbersPerToken: 2, fieldsPerToken: 2, numbers: reference.numbers, bins: reference.bins,
            times: reference.times, lengths: reference.lengths)
        let settings = reference.settings
        let step = try TrainingStep(reference.configuration, sequences, batchSequences: 6, threads: 2)
        let optimiser = AdamW(
            table, beta1: settings.beta1, beta2: settings.beta2, weightDecay: settings.decay)
        let schedule = OneCycle(peak: settings.rate, steps: reference.losses.count, warmup: settings.warmup)
        let task = ClassificationTask(objective: BinaryCrossEntropy(), labels: reference.labels)
        for (number, users) in reference.batches.enumerated() {
            let chunks = users.map { user in
                let tokens = sequences.starts[user]..<sequences.starts[user + 1]
                return SequenceChunk(user: user, start: tokens.lowerBound, scored: tokens)
            }
            let outcome = try step.run(chunks[...], parameters, task, dropoutSeed: 0)
            let loss = outcome.loss / Double(outcome.targets)
            #expect(abs(loss - reference.losses[number]) < 1e-5, "step \(number)")
            let norm = AdamW.clip(step.gradients, to: settings.clip)
            #expect(norm > settings.clip, "the fixture must clip, or clipping is not tested")
            optimiser.step(parameters, step.gradients, rate: schedule.rate(step: number))
        }
        let after = try self.parameters("after", table)
        for entry in table.entries {
            for (index, (value, expected)) in zip(parameters[entry], after[entry]).enumerated() {
                // A key's bias moves all of a query's scores alike: its gradient is rounding, which Adam blows up.
                let isKeyBias = entry.name.hasSuffix("qkv.bias") && (8..<16).contains(index)
                #expect(isKeyBias || abs(value - expected) < 5e-5, "\(entry.name)[\(index)]")
            }
        }
    }
}
