/// One entity of a transaction, by the name that the schema gives it.
public struct EntityKey: Hashable, Sendable {
    public var name: String
    public var key: String

    public init(name: String, key: String) {
        self.name = name
        self.key = key
    }
}
