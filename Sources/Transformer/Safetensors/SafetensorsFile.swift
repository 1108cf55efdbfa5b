/// A file in the safetensors format: eight bytes of header length, a JSON header, little-endian data.
///
/// - Source: https://github.com/huggingface/safetensors, whose reader's checks hold here too: no gap, no overlap,
///   no duplicate, nothing after the data.
public struct SafetensorsFile: Sendable {
    /// Longest header accepted, that of the reference implementation.
    static let longestHeader = 100_000_000

    /// The tensors in the order of their data.
    public let tensors: [SafetensorsTensor]
    /// The header's `__metadata__`.
    public let metadata: [String: String]
    private let bytes: [UInt8]

    /// Checks every byte of the header and that the tensors cover the data exactly.
    /// - Throws: `SafetensorsError` with the offset of the first byte at fault.
    public init(bytes: [UInt8]) throws(SafetensorsError) {
        guard bytes.count >= 8 else { throw SafetensorsError(at: bytes.count, "the file ends in the header's length") }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * $1) }
        guard length <= Self.longestHeader else {
            throw SafetensorsError(at: 0, "a header of \(length) bytes, at most \(Self.longestHeader) are read")
        }
        let dataStart = 8 + Int(length)
        guard dataStart <= bytes.count else {
            throw SafetensorsError(at: bytes.count, "the file ends in a header of \(length) bytes")
        }
        let header = try SafetensorsHeader(parsing: bytes[8..<dataStart])
        let tensors = header.tensors.sorted {
            ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
        }
        var end = dataStart
        for tensor in tensors {
            guard tensor.bytes.lowerBound == end else {
                let what = tensor.bytes.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
                throw SafetensorsError(at: tensor.headerOffset, "\(tensor.name): its data \(what)")
            }
            guard tensor.bytes.upperBound <= bytes.count else {
                throw SafetensorsError(at: bytes.count, "the file ends in the data of \(tensor.name)")
            }
            end = tensor.bytes.upperBound
        }
        guard end == bytes.count else { throw SafetensorsError(at: end, "\(bytes.count - end) bytes after the data") }
        self.tensors = tensors
        metadata = header.metadata
        self.bytes = bytes
    }

    /// Reads and checks a file.
    /// - Throws: `SafetensorsError` with the path and, for a malformed file, the byte.
    public static func read(_ path: String) throws(SafetensorsError) -> SafetensorsFile {
        let bytes = try ModelFile.read(path)
        do {
            return try SafetensorsFile(bytes: bytes)
        } catch {
            throw error.located(in: path)
        }
    }

    /// Writes the file as it was read, atomically.
    /// - Throws: `SafetensorsError` where the disk refuses.
    public func write(to path: String) throws(SafetensorsError) { try ModelFile.replace(path, with: bytes) }

    /// The tensor of this name.
    public subscript(name: String) -> SafetensorsTensor? { tensors.first { $0.name == name } }

    /// Copies a float32 tensor's values. `values` must have as many elements.
    func copy(_ tensor: SafetensorsTensor, to values: UnsafeMutableBufferPointer<Float>) {
        precondition(tensor.type == .float32 && values.count * 4 == tensor.bytes.count, "a tensor of another shape")
        bytes.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(values).copyMemory(from: .init(rebasing: $0[tensor.bytes]))
        }
    }

    /// The values of a tensor of any type, a row of an int8 matrix times its scale. Its scales have been checked.
    func read(_ tensor: SafetensorsTensor, into values: UnsafeMutableBufferPointer<Float>) {
        switch tensor.type {
        case .float32:
            copy(tensor, to: values)
        case .bfloat16:
            for (place, byte) in stride(from: tensor.bytes.lowerBound, to: tensor.bytes.upperBound, by: 2).enumerated()
            {
                values[place] = Float(bitPattern: UInt32(bytes[byte]) << 16 | UInt32(bytes[byte + 1]) << 24)
            }
        case .int8:
            let scales = self[tensor.name + WeightPrecision.scaleSuffix].flatMap(floats) ?? []
            guard let columns = tensor.shape.last, columns > 0 else { return }
            for place in values.indices {
                values[place] =
                    Float(Int8(bitPattern: bytes[tensor.bytes.lowerBound + place])) * scales[place / columns]
            }
        }
    }

    /// The values of a float32 tensor, nil for another type.
    public func floats(_ tensor: SafetensorsTensor) -> [Float]? {
        guard tensor.type == .float32 else { return nil }
        return [Float](unsafeUninitializedCapacity: tensor.bytes.count / 4) { buffer, count in
            count = tensor.bytes.count / 4
            copy(tensor, to: UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
        }
    }
}

extension SafetensorsError {
    func located(in path: String) -> SafetensorsError {
        var error = self
        error.path = path
        return error
    }
}
