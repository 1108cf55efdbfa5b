import Foundation
import Scoring
import Sequences
import Testing
import Transactions
import Transformer

@Suite struct ModelTests {
    func model(seed: UInt64 = 1, threshold: Float = 0.3) throws -> Model {
        let schema = TransactionSchema(
            name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
            features: [.init(name: "category", kind: .category, fields: ["category"])])
        let width = FeatureExtractor(schema: schema).rawCount
        let rows = (0..<100 * width).map { Float($0 * $0 % 977).bitPattern }
        let encoder = try Encoder.fit(schema: schema, rows: rows, labels: (0..<100).map { Int8($0 % 2) })
        let configuration = TransformerConfiguration(
            width: 8, heads: 2, feedForward: 16, window: 4, numbers: encoder.numberCount, binCounts: encoder.binCounts)
        return try Model(
            configuration: configuration, parameters: Parameters(TensorTable(configuration), seed: seed),
            encoder: encoder, calibration: .platt(slope: 0.7, intercept: -0.1), threshold: threshold)
    }

    /// A directory of its own for one test.
    private func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("vigil-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    @Test func comesBackAsItWasSaved() throws {
        try withDirectory { directory in
            let original = try model()
            let place = directory.appendingPathComponent("champion").path
            try original.save(to: place, metrics: Data("{}".utf8))
            let read = try Model.load(from: place)
            #expect(read.hash == original.hash && read.threshold == original.threshold)
            #expect(read.encoder.fields == original.encoder.fields && read.calibration == original.calibration)
            #expect(
                zip(read.parameters.values, original.parameters.values).allSatisfy { $0.bitPattern == $1.bitPattern })
            let other = try model(seed: 2)
            try other.save(to: place)
            #expect(try Model.load(from: place).hash == other.hash)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["champion"])
        }
    }

    /// Links of both kinds: to a model that is replaced, and to a directory that is not there yet.
    @Test func aLinkIsWrittenThrough() throws {
        try withDirectory { directory in
            let files = FileManager.default
            let (releases, link) = (directory.appendingPathComponent("releases"), directory.appendingPathComponent("m"))
            try files.createDirectory(at: releases, withIntermediateDirectories: false)
            try files.createSymbolicLink(atPath: link.path, withDestinationPath: "releases/first")
            for seed in [1, 2] as [UInt64] {
                let model = try model(seed: seed)
                try model.save(to: link.path)
                #expect(try files.destinationOfSymbolicLink(atPath: link.path) == "releases/first")
                #expect(try Model.load(from: releases.appendingPathComponent("first").path).hash == model.hash)
                #expect(try files.contentsOfDirectory(atPath: releases.path) == ["first"])
            }
            let loop = directory.appendingPathComponent("loop").path
            try files.createSymbolicLink(atPath: loop, withDestinationPath: "loop")
            #expect(throws: ModelFault.self) { try model().save(to: loop) }
        }
    }

    @Test func theHashCoversEveryPart() throws {
        let hashes = try [model(), model(seed: 2), model(threshold: 0.4)].map(\.hash)
        #expect(Set(hashes).count == 3 && hashes.allSatisfy { $0.count == 64 })
        #expect(try model().hash == hashes[0])
    }

    @Test(arguments: [
        ("config.json", #""threshold" : 0.3"#, #""threshold" : 3"#, "threshold"),
        ("config.json", #""threshold" : 0.3"#, #""threshold" : "x""#, "threshold"),
        ("config.json", #""version" : 1"#, #""version" : 9"#, "version"),
        ("config.json", #""layers" : 2"#, #""layers" : 0"#, "transformer"),
        ("calibration.json", #""slope" : 0.7"#, #""slope" : -0.7"#, "kind"),
        ("encoder.json", #""version" : 1"#, #""version" : 2"#, "fields"),
        ("encoder.json", #""scale" :"#, #""size" :"#, "fields.0.scale"),
    ])
    func faultsNameTheFileAndTheField(file: String, old: String, new: String, field: String) throws {
        try withDirectory { directory in
            try model().save(to: directory.path)
            let url = directory.appendingPathComponent(file)
            let text = try String(contentsOf: url, encoding: .utf8)
            try #require(text.contains(old))
            try text.replacingOccurrences(of: old, with: new).write(to: url, atomically: true, encoding: .utf8)
            #expect {
                try Model.load(from: directory.path)
            } throws: { error in
                let fault = error as? ModelFault
                return fault?.field == field && fault?.file == directory.path + "/" + file
            }
        }
    }

    @Test func damagedAndMissingFilesAreRefused() throws {
        try withDirectory { directory in
            let place = directory.appendingPathComponent("m")
            for file in Model.File.allCases where ![.metrics, .history].contains(file) {
                try model().save(to: place.path)
                let url = place.appendingPathComponent(file.rawValue)
                let bytes = try Data(contentsOf: url)
                try bytes.prefix(bytes.count / 2).write(to: url)
                #expect(throws: ModelFault.self) { try Model.load(from: place.path) }
                try FileManager.default.removeItem(at: url)
                #expect(throws: ModelFault.self) { try Model.load(from: place.path) }
            }
            #expect(throws: ModelFault.self) { try model().save(to: "/proc/nowhere/m") }
        }
    }

    @Test func weightsThatAreNotFiniteAreRefused() throws {
        let good = try model()
        let parameters = good.parameters.copy()
        parameters["classifier.bias"]?[0] = .nan
        #expect {
            try Model(configuration: good.configuration, parameters: parameters, encoder: good.encoder)
        } throws: { ($0 as? ModelFault)?.field == "classifier.bias" }
    }
}
