/// Why stored state (a bucket part, a user's history) could not be read back.
public struct StateFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the bytes.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case truncated
        /// Written by a version this one does not know.
        case version
        case checksum
        /// Sound, but made under another schema.
        case layout
        case malformed
    }

    public var kind: Kind
    /// The byte at which reading stopped.
    public var offset: Int
    public var detail: String

    public init(_ kind: Kind, offset: Int, _ detail: String) {
        self.kind = kind
        self.offset = offset
        self.detail = detail
    }

    public var description: String { "\(kind.rawValue) at byte \(offset): \(detail)" }
}
