import Testing

@testable import Transformer

/// The training path against PyTorch.
@Suite struct ReferenceTests {
    @Test func logitsAndLossesEqualPyTorch() throws {
        let reference = try Reference()
        let workspace = Workspace(reference.input.configuration)
        try reference.transformer.forward(
            reference.batch, reference.parameters, workspace, outputs: [.classifier, .pretraining])
        expectClose(Array(workspace.logits), try reference.floats("reference.logits"), 1e-5, "logits")
        for head in reference.input.classes.indices {
            let expected = try reference.floats("reference.pretraining.\(head).logits")
            expectClose(Array(workspace.pretrainingLogits(head)), expected, 1e-5, "pretraining \(head)")
        }
        let loss = Losses.binary(workspace.logits, reference.input.labels)
        #expect(abs(loss - reference.input.loss) < 1e-6)
        let next = reference.input.classes.enumerated().reduce(0.0) {
            $0 + Losses.softmax(workspace.pretrainingLogits($1.offset), $1.element)
        }
        #expect(abs(next - reference.input.pretrainingLoss) < 1e-6)
    }

    @Test func everyGradientEqualsPyTorch() throws {
        let reference = try Reference()
        let gradients = try reference.gradients(Workspace(reference.input.configuration))
        for entry in reference.transformer.table.entries {
            expectClose(Array(gradients[entry]), try reference.floats("gradient.\(entry.name)"), 2e-6, entry.name)
        }
    }

    /// A workspace that has seen larger and smaller batches leaves no trace in the next.
    @Test func aUsedWorkspaceGivesTheSameBits() throws {
        let reference = try Reference()
        let fresh = try reference.gradients(Workspace(reference.input.configuration))
        let used = Workspace(reference.input.configuration)
        for tokens in [1, 90, 3] {
            var batch = TokenBatch(reference.input.configuration)
            batch.beginSequence(key: 0)
            for index in 0..<tokens {
                batch.append(numbers: [9, -9, 9], bins: [4, 2, 1], timeMilliseconds: Int64(index) << 20)
            }
            try reference.transformer.forward(batch, reference.parameters, used)
            reference.transformer.backward(
                batch, reference.parameters, used, into: Parameters(reference.transformer.table))
        }
        let again = try reference.gradients(used)
        #expect(Array(fresh.values) == Array(again.values))
    }

    @Test func paddingBetweenTensorsStaysZero() throws {
        let reference = try Reference()
        let gradients = try reference.gradients(Workspace(reference.input.configuration))
        for entry in reference.transformer.table.entries { gradients[entry].update(repeating: 0) }
        #expect(gradients.values.allSatisfy { $0 == 0 })
    }

    private func expectClose(_ got: [Float], _ expected: [Float], _ tolerance: Float, _ what: String) {
        #expect(got.count == expected.count, "\(what)")
        let worst = zip(got, expected).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? .infinity
        #expect(worst < tolerance, "\(what): \(worst)")
    }
}

extension Reference {
    /// Derivatives of the sum of both losses.
    func gradients(_ workspace: Workspace) throws -> Parameters {
        let outputs: Outputs = [.classifier, .pretraining]
        try transformer.forward(batch, parameters, workspace, outputs: outputs)
        _ = Losses.binary(workspace.logits, input.labels)
        for (head, targets) in input.classes.enumerated() {
            _ = Losses.softmax(workspace.pretrainingLogits(head), targets)
        }
        let gradients = Parameters(transformer.table)
        transformer.backward(batch, parameters, workspace, outputs: outputs, into: gradients)
        return gradients
    }
}
