internal import Sequences
internal import Transactions

/// Reads aggregates of entities, remembering them: within a bucket all events of an entity see the same completed ones.
///
/// Owned by one thread.
final class EntityAggregateReader {
    /// An answer and what it is the answer to; the next one whose place is the same takes its place.
    private struct Answer {
        var aggregate: UInt64 = 0
        var entity: UInt64 = 0
        var bucket: Int64 = 0
        /// Of the ledger.
        var version: UInt64 = .max
        var value = AggregateValue.nothing
    }

    /// A power of two.
    private static let count = 4096

    private let answers: UnsafeMutableBufferPointer<Answer>
    private var counter = DistinctCounter()

    init() {
        answers = .allocate(capacity: Self.count)
        answers.initialize(repeating: Answer())
    }

    deinit {
        answers.deinitialize()
        answers.deallocate()
    }

    func read(
        _ specification: AggregateSpecification, entity: UInt64?, at time: EventTime, _ ledger: EntityLedger
    ) -> AggregateValue {
        guard let entity else { return .nothing }
        let (bucket, version) = (ledger.bucket(of: time), ledger.aggregateVersion)
        let place = Int(truncatingIfNeeded: specification.id ^ entity) & (Self.count - 1)
        let isKnown =
            answers[place].entity == entity && answers[place].aggregate == specification.id
            && answers[place].bucket == bucket && answers[place].version == version
        if !isKnown {
            let key = AggregateKey(aggregate: specification.id, entity: entity)
            answers[place] = Answer(
                aggregate: specification.id, entity: entity, bucket: bucket, version: version,
                value: value(of: key, specification, at: time, ledger))
        }
        return answers[place].value
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
