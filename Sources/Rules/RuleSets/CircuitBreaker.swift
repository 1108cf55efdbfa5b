internal import Sequences
public import Transactions

/// Holds what rules decide to review for the rest of a day once it takes more than its share of the day's events.
///
/// Counts are kept for each input partition in event time and stored in the transaction that moves its progress, so a
/// restart goes on with the same counts and a decision stays a function of the partition's log.
public struct CircuitBreaker: Hashable, Sendable {
    public let action: Disposition
    /// The share of a day's events that rules may decide so.
    public let dailyShare: Double
    /// So many are let through each day whatever their share.
    public let allowance: Int

    /// How one day has gone so far.
    public struct Day: Hashable, Sendable, Codable {
        /// Days since 1970-01-01; the smallest of all before the first event.
        public var day = Int64.min
        public var events: Int64 = 0
        /// Decisions by rules, by disposition.
        public var decided: [Disposition: Int64] = [:]
        /// Dispositions held for the rest of the day.
        public var held: Set<Disposition> = []
    }

    /// How an input partition's newest two days have gone: an event dated ahead opens a day of its own, and those that
    /// follow still count in theirs.
    public struct Days: Hashable, Sendable, Codable {
        public private(set) var newest = Day()
        public private(set) var former = Day()

        public init() {}

        /// Counts an event in its day, or the older of the two where that is over, and lends the day.
        @inline(__always)
        public mutating func count(_ time: EventTime, _ body: (inout Day) -> Void = { _ in }) {
            let today = time.milliseconds.floored(dividedBy: EventTime.millisecondsPerDay)
            if today > newest.day { (former, newest) = (newest, Day(day: today)) }
            if today == newest.day {
                newest.events += 1
                body(&newest)
            } else {
                if today > former.day { former = Day(day: today) }
                former.events += 1
                body(&former)
            }
        }
    }
}

extension RuleSet {
    /// Counts a decision, and holds it to review where its action has taken more than its share of the day.
    ///
    /// The deciding rule's hit says so, be it one that decides or one that moved the score to where it decides otherwise.
    /// What the model's own score decides, and mandatory rules, is never held. Days are
    /// counted without breakers too, so that one that comes with a reload knows how the day has gone.
    public func hold(_ decision: inout Decision, at time: EventTime, days: inout CircuitBreaker.Days) {
        days.count(time) { hold(&decision, &$0) }
    }

    private func hold(_ decision: inout Decision, _ day: inout CircuitBreaker.Day) {
        guard let rule = decision.decidedBy, !mandatoryRules.contains(rule),
            let hit = decision.hits.firstIndex(where: { $0.rule == rule && $0.state == .active })
        else { return }
        let count = day.decided[decision.disposition, default: 0] + 1
        day.decided[decision.disposition] = count
        guard let breaker = breakers.first(where: { $0.action == decision.disposition }) else { return }
        if count > breaker.allowance, Double(count) > breaker.dailyShare * Double(day.events) {
            day.held.insert(breaker.action)
        }
        guard day.held.contains(breaker.action) else { return }
        decision.disposition = .review
        decision.hits[hit].state = .held
        decision.hits[hit].held = breaker.action
        decision.hits[hit].reason +=
            " (\(breaker.action.rawValue) held to review: \(count) of the day's \(day.events) events so far, "
            + "limit \(NumberText.shortest(breaker.dailyShare * 100)) %)"
    }
}
