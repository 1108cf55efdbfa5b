/// What is wrong with a configuration or with a batch given to the model, in words for whoever wrote it.
public struct TransformerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Names the field at fault and the values that do not fit.
    public let message: String
    /// The field that the message begins with, where one is at fault.
    public let field: String?

    init(_ message: String) {
        self.message = message
        field = nil
    }

    init(field: String, _ detail: String) {
        message = "\(field) \(detail)"
        self.field = field
    }

    public var description: String { message }
}
