public import Sequences
public import Transactions

extension RuleEvaluator {
    /// Takes an event into the user's aggregates and notes what conditions will see of the moment.
    ///
    /// Call it for each of a user's events in their order, before the event is appended to `history`.
    /// - Parameters:
    ///   - time: the event's effective time (`UserHistory.effectiveTime`).
    ///   - observations: gains a row.
    /// - Returns: where the row begins, for `evaluate`.
    /// - Complexity: allocates nothing once the user's windows have grown to their size.
    public func observe(
        _ transaction: Transaction, at time: EventTime, history: UserHistory, profile: inout UserProfile,
        ledger: EntityLedger, into observations: inout RuleObservations
    ) -> Int {
        let row = observations.values.count
        entities.begin(transaction)
        if !aggregateValues.isEmpty { update(transaction, at: time, &profile, ledger) }
        for index in observed.indices {
            guard case .observed(let fact) = observed[index].source else { continue }
            observations.values.append(value(of: fact, transaction, at: time, history, profile, ledger))
        }
        if history.eventsSeen == 0 { profile.firstSeen = time }
        return row
    }

    /// Takes an event into the user's aggregates without evaluating anything: for restoring what was decided before.
    public func absorb(
        _ transaction: Transaction, at time: EventTime, history: UserHistory, profile: inout UserProfile
    ) {
        if history.eventsSeen == 0 { profile.firstSeen = time }
        guard !aggregateValues.isEmpty else { return }
        update(transaction, at: time, &profile, nil)
    }

    /// Brings every aggregate up to the event; those of entities are only read.
    private func update(
        _ transaction: Transaction, at time: EventTime, _ profile: inout UserProfile, _ ledger: EntityLedger?
    ) {
        feed.take(transaction)
        profile.aggregates.adopt(layout)
        profile.aggregates.withStates { states in
            for index in feed.aggregates.indices {
                let value = updated(feed.aggregates[index], states, transaction, at: time, ledger)
                if let value { aggregateValues[index] = value }
            }
        }
    }

    /// What an aggregate's window holds with the event in it; nil for an entity's while there is no ledger.
    @inline(__always)
    private func updated(
        _ aggregate: CompiledAggregate, _ states: AggregateStates, _ transaction: Transaction, at time: EventTime,
        _ ledger: EntityLedger?
    ) -> AggregateValue? {
        let specification = aggregate.specification
        if let entity = aggregate.entity {
            guard let ledger else { return nil }
            return entityReader.read(
                specification, entity: entities.hash(of: entity), at: transaction.time, ledger)
        }
        let contribution = feed.contribution(to: aggregate)
        switch specification.kind {
        case .moments:
            var number: Double?
            if case .number(let found) = contribution { number = found }
            return .moments(states.update(moments: aggregate.stateIndex, specification, at: time, number))
        case .distinct:
            var element: UInt64?
            if case .element(let found) = contribution { element = found }
            return .distinct(states.update(distinct: aggregate.stateIndex, specification, at: time, element))
        case .last:
            var content: LastValue.Content?
            if case .last(let found) = contribution { content = found }
            let seen = states.update(last: aggregate.stateIndex, specification, at: time, content)
            return seen.map { .last($0) } ?? .nothing
        }
    }

    private func value(
        of fact: ObservedFact, _ transaction: Transaction, at time: EventTime, _ history: UserHistory,
        _ profile: UserProfile, _ ledger: EntityLedger
    ) -> Value {
        switch fact {
        case .eventsSeen: return .int(Int64(clamping: history.eventsSeen))
        case .secondsSinceLast:
            guard let newest = history.newest else { return .failure(.absent) }
            return .double(Double(time.milliseconds - newest.milliseconds) / 1000)
        case .firstSeen:
            if history.eventsSeen == 0 { return Value(time) }
            return profile.firstSeen.map { Value($0) } ?? .failure(.absent)
        case .averageAmount: return history.averageAmount.map { .double($0) } ?? .failure(.absent)
        case .risk(let entity, let figure):
            return entities.value(of: figure, of: entity, at: transaction.time, ledger)
        case .velocity(let index):
            let view = views[index]
            return view.value(aggregateValues[view.aggregate], at: time)
        }
    }
}
