/// Why a regular expression is not valid.
struct PatternFault: Error, Sendable {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
