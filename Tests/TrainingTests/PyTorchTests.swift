import Foundation
import Testing
import Transformer

@testable import Training

/// Twenty steps of AdamW against PyTorch (Fixtures/make_training.py, make_methods.py).
@Suite struct PyTorchTests {
    private struct Methods: Decodable {
        struct Objective: Decodable {
            let kind: ObjectiveOptions.Kind
            let fraudWeight, focusing, labelSmoothing: Double
            let fraud: Bool
            let logits: [Float]
            let losses: [Double]
            let derivatives: [Double]
        }

        let losses: [String: [Double]]
        let objectives: [Objective]
    }

    private func methods() throws -> Methods {
        let json = try Data(contentsOf: TrainingReference.folder.appendingPathComponent("methods.json"))
        return try JSONDecoder().decode(Methods.self, from: json)
    }

    @Test func lossesAndWeightsFollowPyTorch() throws {
        let reference = try TrainingReference.load()
        let parameters = try reference.parameters("before")
        let model = try TrainableModel(reference.configuration, MethodOptions())
        try reference.train(
            model, parameters, peak: reference.settings.rate, losses: reference.losses, tolerance: 1e-5)
        let after = try reference.parameters("after")
        for entry in model.table.entries {
            for (index, (value, expected)) in zip(parameters[entry], after[entry]).enumerated() {
                // A key's bias moves all of a query's scores alike: its gradient is rounding, which Adam blows up.
                let isKeyBias = entry.name.hasSuffix("qkv.bias") && (8..<16).contains(index)
                #expect(isKeyBias || abs(value - expected) < 5e-5, "\(entry.name)[\(index)]")
            }
        }
    }

    /// Every method's losses are PyTorch's, and what it does not train stays as it was, bit for bit.
    @Test(arguments: [TrainingMethod.head, .bitfit, .lora, .adapter, .prefix])
    func methodsFollowPyTorchAndFreezeAllElse(method: TrainingMethod) throws {
        let reference = try TrainingReference.load()
        var options = MethodOptions()
        options.method = method
        options.lowRank = LowRankShape(rank: 2, alpha: 4)
        (options.bottleneckWidth, options.prefixLength) = (3, 2)
        let model = try TrainableModel(reference.configuration, options)
        let base = try reference.parameters("before")
        let parameters = model.initial(base, seed: 1)
        let file = try SafetensorsFile.read(
            TrainingReference.folder.appendingPathComponent("methods.safetensors").path)
        for entry in model.table.entries where base.table[entry.name] == nil {
            let values = try #require(file["\(method).\(entry.name)"].flatMap(file.floats), "\(entry.name)")
            _ = parameters[entry].update(fromContentsOf: values)
        }
        let before = parameters.copy()
        let losses = try #require(try methods().losses[method.rawValue])
        try reference.train(model, parameters, peak: 1e-2, losses: losses, tolerance: 1e-5)
        #expect(losses[0] - losses[19] > 0.01, "nothing was learned")
        let moving = Set(model.moving.map(\.name))
        #expect(moving.count > 1 && moving.count < model.table.entries.count)
        for entry in model.table.entries {
            let isSame = zip(before[entry], parameters[entry]).allSatisfy { $0.bitPattern == $1.bitPattern }
            #expect(isSame != moving.contains(entry.name), "\(entry.name)")
        }
    }

    @Test func objectivesEqualPyTorch() throws {
        let cases = try methods().objectives
        #expect(cases.count == 12)
        for item in cases {
            var options = ObjectiveOptions()
            (options.kind, options.fraudWeight) = (item.kind, item.fraudWeight)
            (options.focusing, options.labelSmoothing) = (item.focusing, item.labelSmoothing)
            for (index, logit) in item.logits.enumerated() {
                let (loss, derivative) = options.objective.loss(logit: logit, fraud: item.fraud)
                #expect(abs(loss - item.losses[index]) < 1e-7, "\(item)")
                #expect(abs(Double(derivative) - item.derivatives[index]) < 1e-6, "\(item)")
            }
        }
    }
}
