/// What is wrong with a configuration or with a batch given to the model, in words for whoever wrote it.
public struct TransformerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Names the field at fault and the values that do not fit.
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}
