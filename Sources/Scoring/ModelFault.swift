/// Why a model directory could not be read or written: which file, and which field of it.
public struct ModelFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path.
    public var file: String
    /// The field at fault, if one is.
    public var field: String?
    public var detail: String

    public init(file: String, field: String? = nil, detail: String) {
        self.file = file
        self.field = field
        self.detail = detail
    }

    public var description: String {
        field.map { "\(file): \($0): \(detail)" } ?? "\(file): \(detail)"
    }
}
