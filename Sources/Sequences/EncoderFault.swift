/// Why an encoder could not be put together from its fields.
public struct EncoderFault: Error, Hashable, Sendable, CustomStringConvertible {
    public var detail: String

    public init(detail: String) {
        self.detail = detail
    }

    public var description: String { "encoder: \(detail)" }
}
