/// How a model's matrices are stored. They are computed with in float32 whatever this is.
public enum WeightPrecision: String, Codable, Sendable, CaseIterable {
    case float32
    /// Half the bytes, a relative error of at most 2⁻⁸.
    case bfloat16 = "bf16"
    /// A quarter of the bytes, and four for each row: an error of at most 1/254 of the row's largest weight.
    case int8

    /// Bytes that a tensor of a shape takes in a file.
    public func bytes(of shape: [Int]) -> Int {
        let count = shape.reduce(1, *)
        guard shape.count == 2, shape[1] > 1 else { return 4 * count }
        switch self {
        case .float32: return 4 * count
        case .bfloat16: return 2 * count
        case .int8: return count + 4 * shape[0]
        }
    }

    /// What a matrix's row scales are called, behind the matrix's name.
    static let scaleSuffix = ".scale"
}

extension SafetensorsFile {
    /// At what precision matrices are stored, where they are at less than float32.
    public var precision: WeightPrecision {
        if tensors.contains(where: { $0.type == .int8 }) { return .int8 }
        return tensors.contains { $0.type == .bfloat16 } ? .bfloat16 : .float32
    }
}

/// A row of a matrix as 127 steps either way of one scale.
struct QuantisedRow {
    /// Of 16 significant bits, so that 127 of them are a float and the same row gives the same steps again.
    let scale: Float
    let values: [Int8]

    init(_ row: some Collection<Float>) {
        let largest = row.reduce(0) { max($0, abs($1)) }
        // Rounded up: the largest weight must not need a 128th step.
        let step = Float(bitPattern: ((largest / 127).bitPattern &+ 0xFF) & ~0xFF)
        scale = step
        values = row.map { step > 0 ? Int8(max(-127, min(127, ($0 / step).rounded(.toNearestOrEven)))) : 0 }
    }
}

extension Float {
    /// The nearest float whose lower sixteen bits are zero; ties to even.
    var roundedToBFloat16: Float {
        guard isFinite else { return self }
        return Float(bitPattern: (bitPattern &+ 0x7FFF &+ ((bitPattern >> 16) & 1)) & 0xFFFF_0000)
    }
}
