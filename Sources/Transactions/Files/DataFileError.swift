/// What is wrong with a data file, and where.
public struct DataFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path.
    public var file: String
    /// Counted from one; nil where the file as a whole is at fault.
    public var line: Int?
    /// The column or field at fault.
    public var field: String?
    /// What should have been there.
    public var expected: String

    public init(file: String, line: Int? = nil, field: String? = nil, expected: String) {
        self.file = file
        self.line = line
        self.field = field
        self.expected = expected
    }

    public var description: String {
        located(file: file, line: line, field: field, expected: expected)
    }

    init(_ fault: EventFault, file: String, line: Int) {
        let prefix = "expected "
        let detail = fault.detail.hasPrefix(prefix) ? String(fault.detail.dropFirst(prefix.count)) : fault.detail
        self.init(file: file, line: line, field: fault.field, expected: detail)
    }
}
