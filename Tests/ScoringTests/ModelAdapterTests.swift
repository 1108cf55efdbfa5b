import Foundation
import Testing
import Transformer

@testable import Scoring

@Suite struct ModelAdapterTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("vigil-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }

    /// An adapter of random values of every tensor it adds, and another classifier.
    private func adapter(
        on base: Model, layers: LayerAdapter? = nil, lowRank: LowRankShape? = nil, seed: UInt64 = 1
    ) -> ModelAdapter {
        var configuration = base.configuration
        configuration.adapter = layers
        let table = TensorTable(configuration, lowRank: lowRank)
        let parameters = Parameters(table, seed: seed)
        let added = table.entries.filter { base.parameters.table[$0.name] == nil || $0.name == "classifier.bias" }
        for entry in added {
            for index in parameters[entry].indices {
                parameters[entry][index] = Float(index % 7) / 50 + Float(seed) / 10
            }
        }
        return ModelAdapter(
            method: "test", on: base, layers: layers, lowRank: lowRank, parameters: parameters, tensors: added,
            calibration: .platt(slope: 2, intercept: 0.1), threshold: 0.25)
    }

    @Test func severalStandOnOneBase() throws {
        let base = try ModelTests().model()
        try withDirectory { directory in
            try base.save(to: directory)
            let low = adapter(on: base, lowRank: LowRankShape(rank: 2, alpha: 4))
            let wide = adapter(on: base, layers: .bottleneck(width: 3))
            let long = adapter(on: base, layers: .prefix(length: 2), seed: 2)
            for (name, adapter) in [("low", low), ("wide", wide), ("long", long)] {
                try adapter.save(as: name, in: directory)
            }
            #expect(ModelAdapter.names(in: directory) == ["long", "low", "wide"])
            #expect(try Model.load(from: directory).hash == base.hash)
            let models = try ["low", "wide", "long"].map { try Model.load(from: directory, adapter: $0) }
            #expect(Set(models.map(\.hash) + [base.hash]).count == 4)
            #expect(try models[0].hash == Model(base, with: low, named: "other").hash)
            #expect(models.allSatisfy { $0.threshold == 0.25 && $0.attached?.base.hash == base.hash })
            #expect(models[1].configuration.adapter == .bottleneck(width: 3))
            // Saved again, the adapter is put on without being asked for.
            try models[2].save(to: directory)
            #expect(try Model.load(from: directory).hash == models[2].hash)
            #expect(try Model.load(from: directory, adapter: "none").hash == base.hash)
            // What stands on the same base stays with it, what stands on another goes.
            #expect(ModelAdapter.names(in: directory) == ["long", "low", "wide"])
            #expect(try Model.load(from: directory, adapter: "low").hash == models[0].hash)
            try ModelTests().model(seed: 2).save(to: directory)
            #expect(ModelAdapter.names(in: directory) == [])
        }
    }

    /// A file that lost what only replaces a tensor of the base, or gained it, would pass by its shapes.
    @Test func aFileHoldsTheTensorsOfItsAdapter() throws {
        let base = try ModelTests().model()
        let low = adapter(on: base, lowRank: LowRankShape(rank: 2, alpha: 4))
        let other = ModelAdapter.Tensor(name: "classifier.weight", shape: [1], values: [0])
        try withDirectory { directory in
            try base.save(to: directory)
            let less = low.tensors.filter { $0.name != "classifier.bias" }
            let faults = [(less, "classifier.bias: is missing"), (low.tensors + [other], "classifier.weight is not")]
            for (tensors, part) in faults {
                try ModelAdapter(low.description, tensors).save(as: "low", in: directory)
                #expect {
                    try Model.load(from: directory, adapter: "low")
                } throws: { "\($0)".contains(part) }
            }
        }
    }

    /// A base of int8 stays one beside its adapter, and its file is not taken for another model's.
    @Test func theBaseStaysAsItIsStored() throws {
        try withDirectory { directory in
            let (source, tuned) = (directory + "/source", directory + "/tuned")
            let base = try ModelTests().model().rounded(to: .int8)
            try base.save(to: source, precision: .int8)
            func bytes(_ place: String) throws -> Data {
                try Data(contentsOf: URL(fileURLWithPath: place + "/model.safetensors"))
            }
            let model = try Model(base, with: adapter(on: base, lowRank: LowRankShape(rank: 2)), named: "low")
            try model.save(to: tuned, baseIn: source)
            #expect(try bytes(tuned) == bytes(source))
            #expect(try Model.load(from: tuned).hash == model.hash)
            try ModelTests().model(seed: 2).save(to: source)
            try model.save(to: tuned, baseIn: source)
            #expect(try Model.load(from: tuned).hash == model.hash)
            #expect(try Model.storedPrecision(in: tuned) == .float32)
        }
    }

    @Test func aTensorOfAnotherShapeIsNamedWithItsByte() throws {
        let base = try ModelTests().model()
        let low = adapter(on: base, lowRank: LowRankShape(rank: 2, alpha: 4))
        let tensors = low.tensors.map {
            $0.name == "classifier.bias" ? ModelAdapter.Tensor(name: $0.name, shape: [2], values: [0, 0]) : $0
        }
        try withDirectory { directory in
            try base.save(to: directory)
            try ModelAdapter(low.description, tensors).save(as: "low", in: directory)
            let path = ModelAdapter.path(of: "low", in: directory)
            let offset = try #require(try SafetensorsFile.read(path)["classifier.bias"]).headerOffset
            #expect {
                try Model.load(from: directory, adapter: "low")
            } throws: {
                "\($0)" == "\(path): byte \(offset): classifier.bias has shape [2], the model's is [1]"
            }
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let base = try ModelTests().model()
        let low = adapter(on: base, lowRank: LowRankShape(rank: 2, alpha: 4))
        #expect(throws: ModelFault.self) { try Model(try ModelTests().model(seed: 2), with: low, named: "low") }
        let less = ModelAdapter(low.description, Array(low.tensors.dropLast()))
        #expect(throws: ModelFault.self) { try Model(base, with: less, named: "low") }
        let other = ModelAdapter.Tensor(name: "classifier.bias", shape: [2], values: [0, 0])
        #expect {
            try Model(base, with: ModelAdapter(low.description, low.tensors + [other]), named: "low")
        } throws: { ($0 as? ModelFault)?.field == "classifier.bias" }
        try withDirectory { directory in
            try base.save(to: directory)
            let model = URL(fileURLWithPath: directory + "/model.safetensors")
            let whole = try Data(contentsOf: model)
            try (whole.dropLast(4) + [0, 0, 0xC0, 0x7F]).write(to: model)
            #expect {
                try Model.load(from: directory)
            } throws: { ($0 as? ModelFault)?.field == "byte \(whole.count - 4)" }
            try whole.write(to: model)
            for name in ["none", "../up", "", "a/b", ".hidden"] {
                #expect(throws: ModelFault.self, "\(name)") { try low.save(as: name, in: directory) }
                #expect(throws: ModelFault.self, "\(name)") { try ModelAdapter.load(name, from: directory) }
            }
            #expect(throws: ModelFault.self) { try Model.load(from: directory, adapter: "missing") }
            try low.save(as: "low", in: directory)
            let path = ModelAdapter.path(of: "low", in: directory)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            try bytes.dropLast(3).write(to: URL(fileURLWithPath: path))
            #expect {
                try Model.load(from: directory, adapter: "low")
            } throws: { ($0 as? ModelFault)?.field == "byte \(bytes.count - 3)" }
            try FileManager.default.copyItem(
                atPath: directory + "/model.safetensors", toPath: ModelAdapter.path(of: "model", in: directory))
            #expect {
                try Model.load(from: directory, adapter: "model")
            } throws: { ($0 as? ModelFault)?.field == "__metadata__" }
            try low.save(as: "low", in: directory)
            var broken = try Data(contentsOf: URL(fileURLWithPath: path))
            broken.replaceSubrange(broken.count - 4..<broken.count, with: [0, 0, 0xC0, 0x7F])
            try broken.write(to: URL(fileURLWithPath: path))
            #expect {
                try Model.load(from: directory, adapter: "low")
            } throws: { error in
                let fault = error as? ModelFault
                return fault?.field == "byte \(broken.count - 4)" && fault?.file == path
            }
            let stranger = SafetensorsContent("stranger", shape: [1], [0])
            let text = try #require(try SafetensorsFile(bytes: Array(bytes)).metadata["vigil.adapter"])
            let metadata = ["format": "pt", "vigil.adapter": text]
            try SafetensorsWriter.write([stranger], metadata: metadata, to: path)
            #expect {
                try Model.load(from: directory, adapter: "low")
            } throws: { error in
                guard let fault = error as? ModelFault, let field = fault.field else { return false }
                return field.hasPrefix("byte ") && fault.detail == "stranger is not of this adapter"
            }
            try SafetensorsWriter.write([], metadata: ["vigil.adapter": #"{"method":"lora"}"#], to: path)
            #expect {
                try Model.load(from: directory, adapter: "low")
            } throws: { error in
                guard let fault = error as? ModelFault, let field = fault.field else { return false }
                return field.hasPrefix("__metadata__.vigil.adapter.") && fault.detail == "is missing"
            }
        }
    }

    /// Rounded weights come back as they were saved, and cost what is said.
    @Test(arguments: WeightPrecision.allCases) func weightsOfEveryPrecisionComeBack(precision: WeightPrecision) throws {
        let model = try ModelTests().model()
        let rounded = try model.rounded(to: precision)
        try withDirectory { directory in
            let metrics = Data("{}".utf8)
            try rounded.save(to: directory, metrics: metrics, precision: precision)
            #expect(Model.trainingRecords(in: directory).metrics == metrics)
            #expect(Model.trainingRecords(in: directory).history == nil)
            #expect(try Model.load(from: directory).hash == rounded.hash)
            #expect(try rounded.rounded(to: precision).hash == rounded.hash)
            #expect(try Model.storedPrecision(in: directory) == precision)
            let file = try SafetensorsFile.read(directory + "/model.safetensors")
            let expected = model.parameters.table.entries.reduce(0) { $0 + precision.bytes(of: $1.shape) }
            #expect(file.tensors.reduce(0) { $0 + $1.bytes.count } == expected)
        }
        for entry in model.parameters.table.entries {
            let (old, new) = (model.parameters[entry], rounded.parameters[entry])
            let largest = old.reduce(0) { max($0, abs($1)) }
            let bound: Float = precision == .float32 ? 0 : precision == .bfloat16 ? largest / 256 : largest / 250
            #expect(zip(old, new).allSatisfy { abs($0 - $1) <= bound }, "\(entry.name)")
        }
    }
}
