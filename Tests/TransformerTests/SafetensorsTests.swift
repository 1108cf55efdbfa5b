import Foundation
import Testing

@testable import Transformer

@Suite struct SafetensorsTests {
    private static let configuration = TransformerConfiguration(
        layers: 1, width: 4, heads: 2, feedForward: 6, window: 3, numbers: 2, binCounts: [3], pretrainingClasses: [2])
    private static let table = TensorTable(configuration)

    /// Every tensor different and every value exact in decimal.
    private static var parameters: Parameters {
        let parameters = Parameters(table)
        for (index, entry) in table.entries.enumerated() {
            for (place, _) in parameters[entry].enumerated() {
                parameters[entry][place] = Float(index) + Float(place) / 8
            }
        }
        return parameters
    }

    @Test func weightsComeBackBitForBit() throws {
        try withFile { path in
            let parameters = Self.parameters
            parameters.values[0] = -0.0
            parameters.values[1] = .leastNonzeroMagnitude
            parameters.values[2] = Float(nan: 5, signaling: false)
            parameters.values[3] = -.infinity
            let metadata = ["format": "pt", "über": "a \"quoted\" \\ line\nand \u{1F600}"]
            try parameters.save(to: path, metadata: metadata)
            let loaded = try Parameters(Self.table, from: path)
            #expect(loaded.values.map(\.bitPattern) == parameters.values.map(\.bitPattern))
            #expect(try SafetensorsFile.read(path).metadata == metadata)
        }
    }

    /// `written.safetensors` was written by this code and read by PyPI's safetensors, which said `written.json`:
    /// `python Fixtures/make_reference.py Fixtures/written.safetensors > Fixtures/written.json`.
    @Test func pythonReadsWhatWeWrite() throws {
        struct Read: Decodable {
            let shape: [Int]
            let sum: Double
        }
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let recorded = folder.appendingPathComponent("written.safetensors")
        try withFile { path in
            try Self.parameters.save(to: path, metadata: ["format": "pt"])
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(contentsOf: recorded))
        }
        let read = try JSONDecoder().decode(
            [String: Read].self, from: Data(contentsOf: folder.appendingPathComponent("written.json")))
        #expect(read.count == Self.table.entries.count)
        let parameters = Self.parameters
        for entry in Self.table.entries {
            #expect(read[entry.name]?.shape == entry.shape)
            #expect(read[entry.name]?.sum == parameters[entry].reduce(0) { $0 + Double($1) })
        }
    }

    /// Malformed files, each with the byte at fault.
    @Test(arguments: [
        ("", "", 0, "ends in the header's length"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "abc", 65, "ends in the data of a"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "abcde", 66, "1 bytes after the data"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "abcd", 55, "4 bytes, shape [2] of F32 takes 8"),
        (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#, "abcdefgh", 22, "element type F64"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "abcd", 55, "not a range"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, "abcd", 55, "not a range"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "abcdefgh", 55, "leaves a gap"),
        (
            #"{"a":{"dtype":"I8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[],"data_offsets":[1,2]}}"#,
            "ab",
            60, "occurs twice"
        ),
        (
            #"{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"I8","shape":[2],"data_offsets":[1,3]}}"#,
            "abc", 106, "overlaps"
        ),
        (#"{"a":{"dtype":"I8","shape":[99999999999999999999],"data_offsets":[0,1]}}"#, "a", 36, "too large"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#, "", 9, "overflows"),
        (
            #"{"a":{"dtype":"I8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#, "a", 72,
            "overflow"
        ),
        (#"{"a":{"dtype":"I8","shape":[-1],"data_offsets":[0,1]}}"#, "a", 36, "unsigned integer"),
        (#"{"a":{"dtype":"I8","shape":[01],"data_offsets":[0,1]}}"#, "a", 36, "unsigned integer"),
        (#"{"a":{"dtype":"I8","shape":[1]}}"#, "a", 9, "required"),
        (#"{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1],"extra":1}}"#, "a", 60, "unexpected field extra"),
        (#"{"a":{"dtype":"I8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}"#, "a", 27, "unexpected field dtype"),
        (#"[]"#, "", 8, "does not start with {"),
        (#"{} x"#, "", 11, "after the header's end"),
        (#"{"a"#, "", 11, "expected \""),
        (#"{"a\q":{}}"#, "", 12, "unknown escape"),
        (#"{"a\ud800":{}}"#, "", 17, "expected \\"),
        (#"{"__metadata__":{"a":"b","a":"c"}}"#, "", 33, "occurs twice"),
        (#"{"__metadata__":{"a":1}}"#, "", 29, "expected \""),
    ])
    func malformedFilesAreRefused(header: String, data: String, offset: Int, message: String) throws {
        let prefix = header.isEmpty ? [] : Self.length(header.utf8.count)
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsFile(bytes: prefix + Array(header.utf8) + Array(data.utf8))
        }
        #expect(error?.byteOffset == offset, "\(String(describing: error))")
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test func aHeaderLongerThanTheFileOrTheLimitIsRefused() {
        for (length, offset, message) in [
            (100, 10, "ends in a header"), (100_000_001, 0, "at most"), (-1, 0, "at most"),
        ] {
            let error = #expect(throws: SafetensorsError.self) {
                try SafetensorsFile(bytes: Self.length(length) + [0x7B, 0x7D])
            }
            #expect(error?.byteOffset == offset && error?.message.contains(message) == true, "\(length)")
        }
    }

    /// Cut anywhere, a file is refused; so is one whose bytes are not UTF-8.
    @Test func truncationsAreRefused() throws {
        try withFile { path in
            try Self.parameters.save(to: path)
            let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
            for end in stride(from: 0, to: bytes.count, by: 7) {
                #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes: Array(bytes[..<end])) }
            }
            var broken = bytes
            broken[10] = 0xFF
            let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes: broken) }
            #expect(error?.byteOffset == 10 && error?.message.contains("UTF-8") == true)
        }
    }

    /// A model's file has each tensor once, with its shape and type, and no other.
    @Test func anotherModelsFileIsRefused() throws {
        try withFile { path in
            try Self.parameters.save(to: path)
            let changes: [(String, (inout TransformerConfiguration) -> Void)] = [
                ("layers.1.attention_norm.weight is missing", { $0.layers = 2 }),
                ("feed_forward.up.weight has shape [6, 4]", { $0.feedForward = 7 }),
                ("no tensor pretraining.0.weight", { $0.pretrainingClasses = [] }),
            ]
            for (message, change) in changes {
                var configuration = Self.configuration
                change(&configuration)
                let table = TensorTable(configuration)
                let error = #expect(throws: SafetensorsError.self) { try Parameters(table, from: path) }
                #expect(error?.description.contains(message) == true, "\(String(describing: error))")
                #expect(error?.path == path)
            }
            let header = #"{"norm.bias":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}"#
            let bytes = Self.length(header.utf8.count) + Array(header.utf8) + [UInt8](repeating: 0, count: 8)
            let error = #expect(throws: SafetensorsError.self) {
                try Parameters(Self.table, SafetensorsFile(bytes: bytes))
            }
            #expect(error?.message.contains("has type BF16") == true)
        }
    }

    @Test func failuresOfTheDiskAreErrors() throws {
        try withFile { path in
            let missing = #expect(throws: SafetensorsError.self) { try SafetensorsFile.read(path) }
            #expect(missing?.description.contains("cannot open") == true)
            let nowhere = #expect(throws: SafetensorsError.self) {
                try Self.parameters.save(to: path + "/nowhere/file")
            }
            #expect(nowhere?.description.contains("cannot create") == true)
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            #expect(throws: SafetensorsError.self) { try SafetensorsFile.read(folder) }
            #expect(throws: SafetensorsError.self) { try Self.parameters.save(to: folder) }
            try Self.parameters.save(to: path)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model.safetensors"])
        }
    }

    private static func length(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private func withFile(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vigil-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("model.safetensors").path)
    }
}
