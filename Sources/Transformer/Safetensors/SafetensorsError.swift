/// Why a safetensors file cannot be read, written or used, and where it is wrong.
public struct SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The first byte at fault, counted from the start of the file; nil where no byte is (a missing tensor, the disk).
    public let byteOffset: Int?
    /// What is wrong there.
    public let message: String
    /// The file, once known.
    public var path: String?

    init(at byteOffset: Int? = nil, _ message: String) {
        self.byteOffset = byteOffset
        self.message = message
    }

    public var description: String {
        let place = byteOffset.map { "byte \($0): " } ?? ""
        return (path.map { "\($0): " } ?? "") + place + message
    }
}
