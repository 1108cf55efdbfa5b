/// What conditions will see of the users and entities of a batch's events, each as it was when its event was taken in.
///
/// Kept from batch to batch, so that a steady stream allocates nothing.
public struct RuleObservations {
    var values: [Value] = []

    public init() {}

    /// Makes room for the next batch.
    public mutating func removeAll() { values.removeAll(keepingCapacity: true) }
}
