import Testing

@testable import Transformer

/// Gradients against finite differences, on shapes the PyTorch fixture does not have: windows over several vectors,
/// odd widths, dropout, adapters.
@Suite struct GradientTests {
    @Test(arguments: 0..<10 as Range<UInt64>) func gradientsEqualFiniteDifferences(seed: UInt64) throws {
        var random = SplitMix64(seed: 400 + seed)
        let model = try RandomModel(
            &random, dropout: seed % 2 == 0 ? 0 : 0.3, pretrainingClasses: [3, 17],
            adapter: seed < 6 ? nil : RandomModel.adapters[Int(seed) / 2 % 2])
        let batch = model.batch(
            (0..<3).map { _ in model.history(count: Int.random(in: 1...50, using: &random), &random) })
        let workspace = Workspace(model.configuration)
        let outputs: Outputs = [.classifier, .pretraining]
        let slopes = (0..<3).map { output in
            let columns = output == 0 ? 1 : model.configuration.pretrainingClasses[output - 1]
            return (0..<batch.count * columns).map { _ in random.nextNormal() / Float(batch.count) }
        }
        // A loss linear in the logits: its derivatives by them are the slopes.
        func loss(_ parameters: Parameters) throws -> Double {
            try model.transformer.forward(batch, parameters, workspace, outputs: outputs, dropoutSeed: 5)
            var total = 0.0
            for (output, slopes) in slopes.enumerated() {
                let logits = output == 0 ? workspace.logits : workspace.pretrainingLogits(output - 1)
                for (slope, logit) in zip(slopes, logits) { total += Double(slope) * Double(logit) }
            }
            return total
        }
        _ = try loss(model.parameters)
        _ = workspace.logits.update(fromContentsOf: slopes[0])
        for head in 0..<2 { _ = workspace.pretrainingLogits(head).update(fromContentsOf: slopes[head + 1]) }
        let gradients = Parameters(model.transformer.table)
        model.transformer.backward(batch, model.parameters, workspace, outputs: outputs, into: gradients)
        for entry in model.transformer.table.entries {
            // Along the gradient itself the slope is its norm.
            let gradient = gradients[entry]
            let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let step = 2e-3
            let moved = [1.0, -1.0].map { sign in
                let parameters = model.parameters.copy()
                for index in gradient.indices {
                    parameters[entry][index] += Float(sign * step / max(norm, 1e-20)) * gradient[index]
                }
                return parameters
            }
            let slope = (try loss(moved[0]) - loss(moved[1])) / (2 * step)
            #expect(abs(slope - norm) < 2e-2 * norm + 1e-3, "\(entry.name): \(slope), \(norm)")
        }
    }

    @Test func gradientsAddUp() throws {
        let reference = try Reference()
        let once = try reference.gradients(Workspace(reference.input.configuration))
        let sum = once.copy()
        sum.add(once)
        #expect(zip(sum.values, once.values).allSatisfy { $0 == 2 * $1 })
        sum.clear()
        #expect(sum.values.allSatisfy { $0 == 0 })
    }
}
