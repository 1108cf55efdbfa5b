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
        /// Of a last value.
        var last: LastValue?
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
        _ specification: AggregateSpecification, entity: UInt64?, at time: EventTime, _ ledger: EntityLedger,
        texts: inout [String]
    ) -> AggregateValue {
        guard let entity else { return .nothing }
        let (bucket, version) = (ledger.bucket(of: time), ledger.aggregateVersion)
        let place = Int(truncatingIfNeeded: specification.id ^ entity) & (Self.count - 1)
        let isKnown =
            answers[place].entity == entity && answers[place].aggregate == specification.id
            && answers[place].bucket == bucket && answers[place].version == version
        if !isKnown {
            let key = AggregateKey(aggregate: specification.id, entity: entity)
            answers[place] = answer(key, specification, at: time, ledger)
            (answers[place].bucket, answers[place].version) = (bucket, version)
        }
        if specification.kind == .last { return AggregateValue(answers[place].last, texts: &texts) }
        return answers[place].value
    }

    private func answer(
        _ key: AggregateKey, _ specification: AggregateSpecification, at time: EventTime, _ ledger: EntityLedger
    ) -> Answer {
        var answer = Answer(aggregate: key.aggregate, entity: key.entity)
        let window = specification.windowMilliseconds
        if specification.kind == .distinct {
            answer.value = .distinct(ledger.distinctCount(key, windowMilliseconds: window, at: time, &counter))
            return answer
        }
        switch ledger.aggregate(key, windowMilliseconds: window, at: time) {
        case .moments(let moments): answer.value = .moments(moments)
        case .distinct(let sketch): answer.value = .distinct(sketch.count)
        case .last(let last): answer.last = last
        case nil: break
        }
        return answer
    }
}
