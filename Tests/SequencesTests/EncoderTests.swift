import Foundation
import Sequences
import Testing
import Transactions

@Suite struct EncoderTests {
    private let extractor = FeatureExtractor(schema: testSchema)

    /// Tokens whose amount above 220 is fraud, with a category of two values and everything else missing.
    private func fitted() throws -> Encoder {
        var generator = SeededGenerator(state: 5)
        var rows: [UInt32] = []
        var labels: [Int8] = []
        for token in 0..<20_000 {
            var row = [UInt32](repeating: Float.nan.bitPattern, count: extractor.rawCount)
            let amount = Float.random(in: 0..<222, using: &generator)
            row[0] = amount.bitPattern
            row[8] = token % 3 == 0 ? StableHash.category("rare") : StableHash.category("often")
            if token < 5 { row[8] = StableHash.category("five") }
            rows += row
            labels.append(token % 10 == 0 ? -1 : amount > 220 ? 1 : 0)
        }
        return try Encoder.fit(schema: testSchema, rows: rows, labels: labels)
    }

    private func encode(_ encoder: Encoder, _ row: [UInt32]) -> (numbers: [Float], bins: [UInt16]) {
        var numbers = [Float](repeating: -99, count: encoder.numberCount)
        var bins = [UInt16](repeating: 999, count: row.count)
        row.withUnsafeBufferPointer { raw in
            numbers.withUnsafeMutableBufferPointer { numbers in
                bins.withUnsafeMutableBufferPointer { encoder.encode(raw, numbers: numbers, bins: $0) }
            }
        }
        return (numbers, bins)
    }

    @Test func theTreeFindsTheSharpEdgeThatQuantilesMiss() throws {
        let edges = try fitted().fields[0].edges
        #expect(edges.contains { $0 > 219.9 && $0 < 220.1 })
        #expect(edges.count >= 16 && edges.count < 40)
    }

    @Test func binsFollowTheirEdges() throws {
        let encoder = try fitted()
        var row = [UInt32](repeating: Float.nan.bitPattern, count: extractor.rawCount)
        for (index, edge) in encoder.fields[0].edges.enumerated() {
            row[0] = edge.bitPattern
            #expect(encode(encoder, row).bins[0] == UInt16(index + 2))
            row[0] = edge.nextDown.bitPattern
            #expect(encode(encoder, row).bins[0] == UInt16(index + 1))
        }
        row[8] = StableHash.category("often")
        #expect(encode(encoder, row).bins[8] == 1)
        row[8] = StableHash.category("five")
        #expect(encode(encoder, row).bins[8] == 0)
    }

    @Test func anyBitsGiveFiniteNumbersAndBinsInRange() throws {
        let encoder = try fitted()
        var generator = SeededGenerator(state: 6)
        let extremes: [UInt32] = [
            Float.infinity.bitPattern, (-Float.infinity).bitPattern, Float.nan.bitPattern,
            Float.signalingNaN.bitPattern,
            Float.greatestFiniteMagnitude.bitPattern, (-Float.greatestFiniteMagnitude).bitPattern, 0, .max,
        ]
        for round in 0..<1000 {
            let row = (0..<extractor.rawCount).map { _ in
                round % 2 == 0 ? extremes.randomElement(using: &generator) ?? 0 : generator.next(upperBound: .max)
            }
            let (numbers, bins) = encode(encoder, row)
            #expect(numbers.allSatisfy { abs($0) <= Encoder.clip })
            #expect(zip(bins, encoder.binCounts).allSatisfy { Int($0) < $1 })
        }
        let missing = encode(encoder, [UInt32](repeating: Float.nan.bitPattern, count: extractor.rawCount))
        #expect(missing.bins.allSatisfy { $0 == 0 } && missing.numbers.allSatisfy { $0 == 0 })
    }

    @Test func savedEncodersAreTheSameToTheBit() throws {
        let encoder = try fitted()
        let data = try JSONEncoder().encode(encoder)
        let read = try JSONDecoder().decode(Encoder.self, from: data)
        #expect(read.fields == encoder.fields && read.schema == encoder.schema)
    }

    @Test func anUnsoundEncoderIsRefused() throws {
        let encoder = try fitted()
        var fields = encoder.fields
        fields[0].edges = fields[0].edges.reversed()
        #expect(throws: EncoderFault.self) { try Encoder(schema: testSchema, fields: fields) }
        #expect(throws: EncoderFault.self) { try Encoder(schema: testSchema, fields: encoder.fields.dropLast()) }
        fields = encoder.fields
        fields[3].scale = 0
        #expect(throws: EncoderFault.self) { try Encoder(schema: testSchema, fields: fields) }
    }

    @Test func aRareFlagIsNotPushedToTheClip() throws {
        // 1 in 500: a plain deviation would put the flag at 22, the 99.9th percentile keeps it at 4.
        var rows: [UInt32] = []
        for token in 0..<10_000 {
            var row = [UInt32](repeating: Float.nan.bitPattern, count: extractor.rawCount)
            row[3] = Float(token % 500 == 0 ? 1 : 0).bitPattern
            rows += row
        }
        let encoder = try Encoder.fit(schema: testSchema, rows: rows, labels: [Int8](repeating: 0, count: 10_000))
        var row = [UInt32](repeating: Float.nan.bitPattern, count: extractor.rawCount)
        row[3] = Float(1).bitPattern
        #expect(abs(encode(encoder, row).numbers[3] - 4) < 0.01)
    }
}

extension SeededGenerator {
    mutating func next(upperBound: UInt32) -> UInt32 { UInt32.random(in: 0...upperBound, using: &self) }
}
