/// Why an event could not be taken in: what its dead letter says.
public struct EventFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A fixed set, so that dead letters can be counted by kind.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case tombstone
        case empty
        case tooLarge = "too_large"
        case notUTF8 = "not_utf8"
        case malformed
        case missingField = "missing_field"
        case wrongType = "wrong_type"
        case outOfRange = "out_of_range"
        /// Of a format with schemas: written by one that is not configured.
        case unknownSchema = "unknown_schema"
        case scoringFailed = "scoring_failed"
    }

    public var kind: Kind
    /// The field at fault, if one is.
    public var field: String?
    /// What was expected; never the value itself, which may be personal.
    public var detail: String

    public init(_ kind: Kind, field: String? = nil, _ detail: String) {
        self.kind = kind
        self.field = field
        self.detail = detail
    }

    /// Stands for a field that is named once there is a fault: a name is longer than a word, and would be counted.
    static var nameless: String { "" }

    /// The same fault with the name of its field, where it is a field's.
    func named(_ name: String) -> EventFault { field == nil ? self : EventFault(kind, field: name, detail) }

    public var description: String {
        field.map { "\(kind.rawValue): field '\($0)': \(detail)" } ?? "\(kind.rawValue): \(detail)"
    }
}
