/// One header of a message. Names may repeat.
public struct KafkaHeader: Hashable, Sendable {
    public var name: String
    /// `nil` is a header without a value, which is not the same as an empty one.
    public var value: [UInt8]?

    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// A header with a text in UTF-8.
    public init(name: String, text: String) {
        self.init(name: name, value: Array(text.utf8))
    }

    /// The value as text; invalid UTF-8 is repaired.
    public var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}
