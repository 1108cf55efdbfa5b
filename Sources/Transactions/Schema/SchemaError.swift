/// What is wrong with a schema file, and where.
public struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path, or what stands for one.
    public var file: String
    /// Counted from one; nil where the file as a whole is at fault.
    public var line: Int?
    /// The path of the field at fault, such as `features[2].kind`.
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
}

/// `file:line: field 'x': expected …`
func located(file: String, line: Int?, field: String?, expected: String) -> String {
    let place = line.map { "\(file):\($0)" } ?? file
    let subject = field.map { "field '\($0)': " } ?? ""
    return "\(place): \(subject)expected \(expected)"
}
