internal import Sequences
internal import Transactions

/// Reads aggregates of entities, remembering them: within a bucket all events of an entity see the same completed ones.
///
/// Owned by one thread.
final class EntityAggregateReader {
    /// Answers kept; all are forgotten beyond it.
    private static let limit = 65_536

    private struct Key: Hashable {
        var aggregate: AggregateKey
        var bucket: Int64
    }

    private var answers: [Key: AggregateValue] = [:]
    private var version: UInt64 = .max
    private var counter = DistinctCounter()

    func read(
        _ specification: AggregateSpecification, entity: UInt64?, at time: EventTime, _ ledger: EntityLedger
    ) -> AggregateValue {
        guard let entity else { return .nothing }
        if ledger.aggregateVersion != version || answers.count >= Self.limit {
            answers.removeAll(keepingCapacity: true)
            version = ledger.aggregateVersion
        }
        let key = Key(
            aggregate: AggregateKey(aggregate: specification.id, entity: entity), bucket: ledger.bucket(of: time))
        if let known = answers[key] { return known }
        let answer = value(of: key.aggregate, specification, at: time, ledger)
        answers[key] = answer
        return answer
    }

    private func value(
        of key: AggregateKey, _ specification: AggregateSpecification, at time: EventTime, _ ledger: EntityLedger
    ) -> AggregateValue {
        let window = specification.windowMilliseconds
        if specification.kind == .distinct {
            return .distinct(ledger.distinctCount(key, windowMilliseconds: window, at: time, &counter))
        }
        return switch ledger.aggregate(key, windowMilliseconds: window, at: time) {
        case .moments(let moments): .moments(moments)
        case .distinct(let sketch): .distinct(sketch.count)
        case .last(let last): .last(last)
        case nil: .nothing
        }
    }
}
