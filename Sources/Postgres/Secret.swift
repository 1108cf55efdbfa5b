internal import FoundationEssentials

/// A text that is never printed: descriptions, dumps and mirrors show `<redacted>`.
public struct Secret: Hashable, Sendable {
    /// The text itself; hand it only to what needs it.
    public let revealed: String

    public init(_ text: String) {
        revealed = text
    }

    /// Reads a secret from a file, without the line break at its end.
    ///
    /// - Throws: Foundation's error, which names the file, if it cannot be read as UTF-8.
    public init(contentsOfFile path: String) throws {
        var text = try String(contentsOfFile: path, encoding: .utf8)
        while text.last?.isNewline == true { text.removeLast() }
        self.init(text)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
