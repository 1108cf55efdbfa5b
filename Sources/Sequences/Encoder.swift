import Foundation
public import Transactions

/// Maps raw values to what the model reads: each number scaled and as a bin, each category as a bin.
///
/// Fitted at training and saved inside the model (`encoder.json`) with the schema, so that scoring cannot use another
/// encoding than training did.
public struct Encoder: Sendable {
    /// Scaled numbers are clipped at this, far outside what the scale lets any training value but the rarest reach.
    public static let clip: Float = 12

    public let schema: TransactionSchema
    /// One a raw value, in the order of `extractor.features`.
    public let fields: [EncodedField]
    public let extractor: FeatureExtractor

    /// Edges of all numbers, one field after the other.
    private let edges: [Float]
    /// Hashes of all categories, sorted within a field, with their bins.
    private let hashes: [UInt32]
    private let hashBins: [UInt16]
    private let codes: [Code]

    /// A field as the hot path reads it: no references, so nothing is retained.
    private struct Code {
        var isNumber: Bool
        var isLog: Bool
        var centre: Float
        var scale: Float
        /// Its part of the edges or of the hashes.
        var first: Int
        var end: Int
    }

    /// - Throws: `EncoderFault` when the fields are not the schema's or one is unsound.
    public init(schema: TransactionSchema, fields: [EncodedField]) throws(EncoderFault) {
        let extractor = FeatureExtractor(schema: schema)
        guard fields.map(\.feature) == extractor.features else {
            throw EncoderFault(
                detail: "the fields are not the features of schema '\(schema.name)': train the model anew")
        }
        if let fault = fields.lazy.compactMap(\.fault).first { throw EncoderFault(detail: fault) }
        self.schema = schema
        self.fields = fields
        self.extractor = extractor
        var (edges, hashes, hashBins): ([Float], [UInt32], [UInt16]) = ([], [], [])
        var codes: [Code] = []
        for field in fields {
            let isNumber = field.feature.kind == .number
            var code = Code(
                isNumber: isNumber, isLog: field.feature.transform == .signedLog, centre: field.centre,
                scale: field.scale, first: isNumber ? edges.count : hashes.count, end: 0)
            edges += field.edges
            let sorted = field.vocabulary.enumerated().sorted { $0.element < $1.element }
            hashes += sorted.map(\.element)
            hashBins += sorted.map { UInt16($0.offset + 1) }
            code.end = isNumber ? edges.count : hashes.count
            codes.append(code)
        }
        (self.edges, self.hashes, self.hashBins, self.codes) = (edges, hashes, hashBins, codes)
        numberCount = codes.count(where: \.isNumber)
    }

    /// Scaled numbers a token.
    public let numberCount: Int

    /// The bins of each field; one field a raw value.
    public var binCounts: [Int] { fields.map(\.binCount) }

    /// The raw values that are usual, for reasons found by occlusion.
    public var usual: [UInt32] { fields.map(\.usual) }

    /// Encodes one token; allocates nothing and takes any bits.
    ///
    /// - Parameters:
    ///   - raw: (fields)
    ///   - numbers: (`numberCount`), filled.
    ///   - bins: (fields), filled.
    public func encode(
        _ raw: UnsafeBufferPointer<UInt32>, numbers: UnsafeMutableBufferPointer<Float>,
        bins: UnsafeMutableBufferPointer<UInt16>
    ) {
        precondition(raw.count == codes.count && bins.count == codes.count, "one value a field expected")
        codes.withUnsafeBufferPointer { codes in
            var number = 0
            for index in codes.indices {
                guard codes[index].isNumber else {
                    bins[index] = bin(ofCategory: raw[index], codes[index])
                    continue
                }
                let value = Float(bitPattern: raw[index])
                bins[index] = value.isNaN ? 0 : bin(of: value, codes[index])
                numbers[number] = Self.scaled(value, codes[index])
                number += 1
            }
        }
    }

    private static func scaled(_ value: Float, _ code: Code) -> Float {
        if value.isNaN { return 0 }
        let transformed = code.isLog ? signedLog(value) : value
        return min(max((transformed - code.centre) / code.scale, -clip), clip)
    }

    /// One more than how many of the field's edges are at or below `value`.
    private func bin(of value: Float, _ code: Code) -> UInt16 {
        edges.withUnsafeBufferPointer { edges in
            let held = Self.partition(code.first, code.end) { edges[$0] <= value }
            return UInt16(truncatingIfNeeded: held - code.first + 1)
        }
    }

    private func bin(ofCategory hash: UInt32, _ code: Code) -> UInt16 {
        hashes.withUnsafeBufferPointer { hashes in
            let place = Self.partition(code.first, code.end) { hashes[$0] < hash }
            return place < code.end && hashes[place] == hash ? hashBins[place] : 0
        }
    }

    /// The first position of [first, end) that is not below; all that are stand before all that are not.
    ///
    /// Steps add a choice instead of branching on it: which way a search turns cannot be predicted.
    @inline(__always)
    private static func partition(_ first: Int, _ end: Int, isBelow: (Int) -> Bool) -> Int {
        var (base, length) = (first, end - first)
        while length > 1 {
            let half = length >> 1
            base += isBelow(base + half - 1) ? half : 0
            length -= half
        }
        return base + (length == 1 && isBelow(base) ? 1 : 0)
    }
}

extension Encoder: Codable {
    private enum CodingKeys: String, CodingKey {
        case version
        case schema
        case fields
    }

    private static let version = 1

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let version = try container.decode(Int.self, forKey: .version)
        guard version == Self.version else {
            throw EncoderFault(detail: "version \(version), expected \(Self.version)")
        }
        try self.init(
            schema: container.decode(TransactionSchema.self, forKey: .schema),
            fields: container.decode([EncodedField].self, forKey: .fields))
    }

    public func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.version, forKey: .version)
        try container.encode(schema, forKey: .schema)
        try container.encode(fields, forKey: .fields)
    }
}
