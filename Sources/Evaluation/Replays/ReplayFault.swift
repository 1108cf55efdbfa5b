/// Why a replay cannot be done as asked.
public struct ReplayFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    package init(_ description: String) {
        self.description = description
    }
}
