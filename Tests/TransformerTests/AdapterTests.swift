import Foundation
import Testing

@testable import Transformer

/// Every kind of adapter against PyTorch (Fixtures/make_adapters.py), on the reference's model and batch.
@Suite struct AdapterTests {
    private let reference: Reference
    private let file: SafetensorsFile

    init() throws {
        reference = try Reference()
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        file = try SafetensorsFile.read(folder.appendingPathComponent("adapters.safetensors").path)
    }

    @Test(arguments: [("bottleneck", LayerAdapter.bottleneck(width: 5)), ("prefix", .prefix(length: 2))])
    func layerAdaptersEqualPyTorch(kind: String, adapter: LayerAdapter) throws {
        var configuration = reference.input.configuration
        configuration.adapter = adapter
        let transformer = try Transformer(configuration)
        let parameters = try filled(transformer.table, kind)
        let gradients = try gradients(transformer, parameters, kind)
        try expectGradients(gradients, kind, count: transformer.table.entries.count - base.entries.count)
    }

    /// PyTorch computes the low-rank path beside the weight: merging must give its logits.
    @Test(arguments: [("lora", false), ("adalora", true)])
    func lowRankUpdatesEqualPyTorch(kind: String, allocated: Bool) throws {
        let lowRank = try LowRank(
            reference.input.configuration, LowRankShape(rank: 3, alpha: 6, allocated: allocated))
        let parameters = try filled(lowRank.table, kind)
        let merged = try gradients(reference.transformer, lowRank.merged(parameters), kind)
        let gradients = Parameters(lowRank.table)
        lowRank.pullBack(merged, at: parameters, into: gradients)
        try expectGradients(gradients, kind, count: lowRank.table.entries.count - base.entries.count)
        #expect(Array(gradients.values.prefix(base.count)) == Array(merged.values))
    }

    /// Low-rank updates and bottlenecks start as no change at all.
    @Test func freshAdaptersChangeNothing() throws {
        let wanted = try logits(reference.transformer, reference.parameters)
        for allocated in [false, true] {
            let lowRank = try LowRank(reference.input.configuration, LowRankShape(allocated: allocated))
            let parameters = Parameters(lowRank.table, seed: 3)
            copyBase(into: parameters)
            #expect(try logits(reference.transformer, lowRank.merged(parameters)) == wanted)
        }
        var configuration = reference.input.configuration
        configuration.adapter = .bottleneck(width: 4)
        let transformer = try Transformer(configuration)
        let parameters = Parameters(transformer.table, seed: 3)
        copyBase(into: parameters)
        #expect(try logits(transformer, parameters) == wanted)
    }

    @Test func impossibleShapesAreRefused() {
        for adapter in [LayerAdapter.bottleneck(width: 0), .prefix(length: 0), .prefix(length: 65)] {
            var configuration = reference.input.configuration
            configuration.adapter = adapter
            #expect(throws: TransformerError.self) { try Transformer(configuration) }
        }
        for shape in [LowRankShape(rank: 0), LowRankShape(alpha: 0), LowRankShape(alpha: .nan)] {
            #expect(throws: TransformerError.self) { try LowRank(reference.input.configuration, shape) }
        }
    }

    private var base: TensorTable { reference.transformer.table }

    private func copyBase(into parameters: Parameters) {
        for entry in base.entries { _ = parameters[entry].update(fromContentsOf: reference.parameters[entry]) }
    }

    /// The reference's weights and the adapter's from the fixture.
    private func filled(_ table: TensorTable, _ kind: String) throws -> Parameters {
        let parameters = Parameters(table)
        copyBase(into: parameters)
        for entry in table.entries where base[entry.name] == nil {
            let tensor = try #require(file["\(kind).\(entry.name)"], "\(entry.name)")
            #expect(tensor.shape == entry.shape)
            _ = parameters[entry].update(fromContentsOf: try #require(file.floats(tensor)))
        }
        return parameters
    }

    private func logits(_ transformer: Transformer, _ parameters: Parameters) throws -> [Float] {
        let workspace = Workspace(transformer.configuration)
        try transformer.forward(reference.batch, parameters, workspace)
        return Array(workspace.logits)
    }

    /// Checks the logits; gives the gradients of the classifier's loss.
    private func gradients(_ transformer: Transformer, _ parameters: Parameters, _ kind: String) throws -> Parameters {
        let workspace = Workspace(transformer.configuration)
        try transformer.forward(reference.batch, parameters, workspace)
        expectClose(workspace.logits, try floats("\(kind).logits"), 1e-5, "\(kind) logits")
        _ = Losses.binary(workspace.logits, reference.input.labels)
        let gradients = Parameters(transformer.table)
        transformer.backward(reference.batch, parameters, workspace, into: gradients)
        return gradients
    }

    private func expectGradients(_ gradients: Parameters, _ kind: String, count: Int) throws {
        let adapted = gradients.table.entries.filter { base[$0.name] == nil }
        #expect(adapted.count == count && count > 0)
        for entry in adapted {
            expectClose(gradients[entry], try floats("\(kind).gradient.\(entry.name)"), 5e-6, entry.name)
        }
    }

    private func floats(_ name: String) throws -> [Float] { try #require(file[name].flatMap(file.floats), "\(name)") }

    private func expectClose(
        _ got: some Collection<Float>, _ expected: [Float], _ tolerance: Float, _ what: String
    ) {
        #expect(got.count == expected.count, "\(what)")
        let worst = zip(got, expected).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? .infinity
        #expect(worst < tolerance, "\(what): \(worst)")
    }
}
