public import Transactions

/// Says what a transaction adds to the aggregates of its entities: a function of the transaction alone.
///
/// Used from one thread at a time.
public protocol EntityContributor: AnyObject {
    /// Calls `add` once for each aggregate that the transaction adds to.
    func contribute(_ transaction: Transaction, add: (AggregateKey, AggregateContribution) -> Void)
}
