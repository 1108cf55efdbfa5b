public import Sequences
public import Transactions

/// What transactions add to a rule set's aggregates keyed by entities. Owned by one thread.
public final class VelocityContributor: EntityContributor {
    private let feed: VelocityFeed
    private let entityNames: [String]

    /// Nil for a set that keys no aggregate by an entity.
    public init?(_ rules: RuleSet) {
        guard rules.velocities.aggregates.contains(where: { $0.entity != nil }) else { return nil }
        feed = VelocityFeed(rules)
        entityNames = rules.entityNames
    }

    public func contribute(_ transaction: Transaction, add: (AggregateKey, AggregateContribution) -> Void) {
        feed.begin(transaction)
        for (index, aggregate) in feed.aggregates.enumerated() {
            guard let entity = aggregate.entity, entity < transaction.entities.count,
                let key = transaction.entities[entity], let contribution = feed.contribution(index, transaction)
            else { continue }
            let hash = StableHash.entity(name: entityNames[entity], key: key)
            add(AggregateKey(aggregate: aggregate.specification.id, entity: hash), contribution)
        }
    }
}
