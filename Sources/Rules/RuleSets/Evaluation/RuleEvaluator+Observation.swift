public import Sequences
public import Transactions

extension RuleEvaluator {
    /// Takes an event into the user's aggregates and notes what conditions will see of the moment.
    ///
    /// Call it for each of a user's events in their order, before the event is appended to `history`.
    /// - Parameters:
    ///   - time: the event's effective time (`UserHistory.effectiveTime`).
    ///   - risks: of the entities with risk, as of that time; nil for one that the event does not name.
    ///   - observations: gains a row.
    /// - Returns: where the row is, for `evaluate`.
    /// - Complexity: allocates nothing once the user's windows have grown to their size.
    public func observe(
        _ transaction: Transaction, at time: EventTime, history: UserHistory, profile: inout UserProfile,
        risks: [EntityRisk?], into observations: inout RuleObservations
    ) -> RuleObservations.Row {
        precondition(risks.count == rules.riskReader.count, "one risk an entity expected")
        profile.unpack()
        profile.aggregates.adopt(layout)
        let firstSeen = history.eventsSeen == 0 ? time : profile.firstSeen
        let row = observations.openRow(at: time, risks: risks)
        profile.aggregates.withStates { states in
            update(states, transaction, at: time, &observations.texts)
            observations.fillRow(observed.count) { row in
                for place in observed.indices {
                    row[place] =
                        switch observed[place] {
                        case .eventsSeen: .int(Int64(clamping: history.eventsSeen))
                        case .secondsSinceLast: Self.secondsSinceLast(history, time)
                        case .firstSeen: firstSeen.map { .time($0) } ?? .absent
                        case .averageAmount: history.averageAmount.map { .double($0) } ?? .absent
                        case .velocity(let index):
                            views[index].value(states, lastValues[views[index].aggregate], at: time)
                        }
                }
            }
        }
        if history.eventsSeen == 0 { profile.firstSeen = time }
        return row
    }

    /// Takes an event into the user's aggregates without evaluating anything: for restoring what was decided before.
    ///
    /// - Parameter later: ids of the aggregates that did not count it then.
    public func absorb(
        _ transaction: Transaction, at time: EventTime, history: UserHistory, profile: inout UserProfile,
        notCountedBy later: Set<UInt64> = []
    ) {
        if history.eventsSeen == 0 { profile.firstSeen = time }
        var texts: [String] = []
        profile.unpack()
        profile.aggregates.adopt(layout)
        profile.aggregates.withStates { update($0, transaction, at: time, &texts, notCountedBy: later) }
    }

    private static func secondsSinceLast(_ history: UserHistory, _ time: EventTime) -> ObservedValue {
        guard let newest = history.newest else { return .absent }
        return .double(Double(time.milliseconds - newest.milliseconds) / 1000)
    }

    /// Brings the user's aggregates up to the event.
    @inline(__always)
    private func update(
        _ states: AggregateStates, _ transaction: Transaction, at time: EventTime, _ texts: inout [String],
        notCountedBy later: Set<UInt64>? = nil
    ) {
        feed.begin(transaction)
        clock.turn(to: time)
        for step in steps {
            if let later, later.contains(feed.aggregates[step.aggregate].specification.id) { continue }
            let window = clock.window(step.hand, buckets: step.bucketCount)
            switch step.kind {
            case .moments:
                states.update(
                    moments: step.place, window, tracksSpread: step.tracksSpread,
                    feed.number(step.aggregate, transaction))
            case .distinct:
                states.update(distinct: step.place, window, feed.element(step.aggregate, transaction))
            case .last:
                let seen = states.update(
                    last: step.place, windowMilliseconds: step.windowMilliseconds, at: time,
                    feed.content(step.aggregate, transaction))
                lastValues[step.aggregate] = AggregateValue(seen, texts: &texts)
            }
        }
    }
}

/// How a user's aggregate is brought up to an event.
struct AggregateStep: Sendable {
    let aggregate: Int
    let kind: AggregateSpecification.Kind
    /// Position among the user's states of its kind.
    let place: Int
    let tracksSpread: Bool
    let windowMilliseconds: Int64
    /// Which hand of the clock shows its buckets, and how many of them the window has.
    let hand: Int
    let bucketCount: Int64

    init(_ index: Int, _ aggregate: CompiledAggregate, _ clock: inout BucketClock) {
        let specification = aggregate.specification
        self.aggregate = index
        kind = specification.kind
        place = aggregate.stateIndex
        tracksSpread = specification.tracksSpread
        windowMilliseconds = specification.windowMilliseconds
        hand = clock.hand(of: specification.bucketMilliseconds)
        bucketCount = windowMilliseconds / specification.bucketMilliseconds
    }
}
