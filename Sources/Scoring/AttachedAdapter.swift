/// The adapter that a model was put together with, and the base it stands on.
public final class AttachedAdapter: Sendable {
    /// What it is called in its model directory.
    public let name: String
    public let adapter: ModelAdapter
    /// The model without it.
    public let base: Model

    init(name: String, _ adapter: ModelAdapter, on base: Model) {
        self.name = name
        self.adapter = adapter
        self.base = base
    }
}
