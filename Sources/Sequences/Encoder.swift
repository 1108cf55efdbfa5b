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

    /// Edges of all numbers, one field after the other, and each field's range in them.
    private let edges: [Float]
    /// Hashes of all categories, sorted within a field, with their bins.
    private let hashes: [UInt32]
    private let hashBins: [UInt16]
    private let ranges: [Range<Int>]

    /// - Throws: `EncoderFault` when the fields are not the schema's or one is unsound.
    public init(schema: TransactionSchema, fields: [EncodedField]) throws(EncoderFault) {
        let extractor = FeatureExtractor(schema: schema)
        guard fields.map(\.feature) == extractor.features else {
            throw EncoderFault(detail: "the fields are not the features of schema '\(schema.name)'")
        }
        if let fault = fields.lazy.compactMap(\.fault).first { throw EncoderFault(detail: fault) }
        self.schema = schema
        self.fields = fields
        self.extractor = extractor
        var (edges, hashes, hashBins): ([Float], [UInt32], [UInt16]) = ([], [], [])
        var ranges: [Range<Int>] = []
        for field in fields {
            if field.feature.kind == .number {
                ranges.append(edges.count..<edges.count + field.edges.count)
                edges += field.edges
            } else {
                ranges.append(hashes.count..<hashes.count + field.vocabulary.count)
                let sorted = field.vocabulary.enumerated().sorted { $0.element < $1.element }
                hashes += sorted.map(\.element)
                hashBins += sorted.map { UInt16($0.offset + 1) }
            }
        }
        (self.edges, self.hashes, self.hashBins, self.ranges) = (edges, hashes, hashBins, ranges)
    }

    /// Scaled numbers a token.
    public var numberCount: Int { fields.count { $0.feature.kind == .number } }

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
        precondition(raw.count == fields.count && bins.count == fields.count, "one value a field expected")
        var number = 0
        for index in fields.indices {
            let range = ranges[index]
            guard fields[index].feature.kind == .number else {
                let place = lowerBound(of: raw[index], in: hashes, range)
                let known = place < range.upperBound && hashes[place] == raw[index]
                bins[index] = known ? hashBins[place] : 0
                continue
            }
            let value = Float(bitPattern: raw[index])
            bins[index] = value.isNaN ? 0 : UInt16(truncatingIfNeeded: upperBound(of: value, range) + 1)
            numbers[number] = scaled(value, fields[index])
            number += 1
        }
    }

    private func scaled(_ value: Float, _ field: EncodedField) -> Float {
        if value.isNaN { return 0 }
        let transformed = field.feature.transform == .signedLog ? signedLog(value) : value
        return min(max((transformed - field.centre) / field.scale, -Self.clip), Self.clip)
    }

    /// How many of the range's edges are at or below `value`.
    private func upperBound(of value: Float, _ range: Range<Int>) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) >> 1
            if edges[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low - range.lowerBound
    }

    private func lowerBound(of hash: UInt32, in hashes: [UInt32], _ range: Range<Int>) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) >> 1
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low
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
