/// A tensor to be written to a safetensors file.
public struct SafetensorsContent: Sendable {
    public let name: String
    public let shape: [Int]
    public let type: SafetensorsTensor.ElementType
    /// Row-major, little-endian.
    let bytes: [UInt8]

    /// A float32 tensor, bit for bit. As many values as the shape says.
    public init(_ name: String, shape: [Int], _ values: some Collection<Float>) {
        precondition(values.count == shape.reduce(1, *), "values of another shape")
        self.init(name, shape, .float32, values.flatMap { Self.littleEndian($0.bitPattern) })
    }

    init(_ name: String, _ shape: [Int], _ type: SafetensorsTensor.ElementType, _ bytes: [UInt8]) {
        self.name = name
        self.shape = shape
        self.type = type
        self.bytes = bytes
    }

    /// The tensors as they are stored at a precision: matrices at it, all else in float32. A matrix of `int8` is followed
    /// by its rows' scales, named `NAME.scale`.
    static func stored(
        _ name: String, _ shape: [Int], _ values: UnsafeBufferPointer<Float>, _ precision: WeightPrecision
    ) -> [SafetensorsContent] {
        guard precision != .float32, shape.count == 2, shape[1] > 1 else {
            return [SafetensorsContent(name, shape, .float32, Array(UnsafeRawBufferPointer(values)))]
        }
        if precision == .bfloat16 {
            let bytes = values.flatMap { littleEndian(UInt16($0.roundedToBFloat16.bitPattern >> 16)) }
            return [SafetensorsContent(name, shape, .bfloat16, bytes)]
        }
        let rows = stride(from: 0, to: values.count, by: shape[1]).map {
            QuantisedRow(values[$0..<$0 + shape[1]])
        }
        return [
            SafetensorsContent(name, shape, .int8, rows.flatMap { $0.values.map { UInt8(bitPattern: $0) } }),
            SafetensorsContent(name + WeightPrecision.scaleSuffix, shape: [shape[0]], rows.map(\.scale)),
        ]
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }
}
