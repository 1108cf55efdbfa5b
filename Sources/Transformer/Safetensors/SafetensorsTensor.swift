/// One tensor as a safetensors header describes it.
public struct SafetensorsTensor: Sendable, Hashable {
    /// Element types vigil reads.
    public enum ElementType: String, Sendable {
        case float32 = "F32"
        case bfloat16 = "BF16"
        case int8 = "I8"

        /// Bytes of one element.
        public var width: Int {
            switch self {
            case .float32: 4
            case .bfloat16: 2
            case .int8: 1
            }
        }
    }

    /// Its name.
    public let name: String
    /// Its element type.
    public let type: ElementType
    /// Its dimensions; empty for a scalar.
    public let shape: [Int]
    /// Its bytes, from the start of the file.
    public let bytes: Range<Int>
    /// Where the header speaks of it, from the start of the file.
    public let headerOffset: Int
}

extension SafetensorsTensor {
    /// Holds the values read from the tensor to be numbers.
    ///
    /// - Throws: `SafetensorsError` with the byte of the first that is none; of an int8 matrix, of a value that a scale makes
    ///   so.
    public func checkFinite(_ values: some Collection<Float>) throws(SafetensorsError) {
        guard let place = values.enumerated().first(where: { !$0.element.isFinite })?.offset else { return }
        throw SafetensorsError(
            at: bytes.lowerBound + place * type.width, "\(name) holds a value that is not finite")
    }
}
