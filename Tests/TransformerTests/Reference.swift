import Foundation
import Testing

@testable import Transformer

/// What PyTorch computed for a tiny model (Fixtures/make_reference.py).
struct Reference {
    struct Input: Decodable {
        let configuration: TransformerConfiguration
        let lengths: [Int]
        let bins: [[UInt16]]
        let timesMilliseconds: [Int64]
        let labels: [Float]
        let classes: [[Int]]
        let loss: Double
        let pretrainingLoss: Double
    }

    let input: Input
    let file: SafetensorsFile
    let transformer: Transformer
    let parameters: Parameters
    let batch: TokenBatch

    init() throws {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let json = try Data(contentsOf: folder.appendingPathComponent("reference.json"))
        input = try JSONDecoder().decode(Input.self, from: json)
        file = try SafetensorsFile.read(folder.appendingPathComponent("reference.safetensors").path)
        transformer = try Transformer(input.configuration)
        parameters = Parameters(transformer.table)
        for entry in transformer.table.entries {
            let values = try #require(file[entry.name].flatMap(file.floats))
            try #require(values.count == entry.count)
            _ = parameters[entry].update(fromContentsOf: values)
        }
        let numbers = try #require(file["input.numbers"].flatMap(file.floats))
        var batch = TokenBatch(input.configuration)
        var token = 0
        for (sequence, length) in input.lengths.enumerated() {
            batch.beginSequence(key: UInt64(sequence))
            for _ in 0..<length {
                let first = token * input.configuration.numbers
                batch.append(
                    numbers: Array(numbers[first..<first + input.configuration.numbers]), bins: input.bins[token],
                    timeMilliseconds: input.timesMilliseconds[token])
                token += 1
            }
        }
        self.batch = batch
    }

    func floats(_ name: String) throws -> [Float] { try #require(file[name].flatMap(file.floats), "\(name)") }
}
