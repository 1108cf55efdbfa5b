internal import Rules
internal import Scoring
internal import Transactions

/// The circuit breakers of every entrant, counted as `run` counts them: for each input partition, by event day.
///
/// Files and queries are one partition.
struct ReplayBreakers {
    private let rules: [RuleSet]
    /// (entrants, sources)
    private var days: [[CircuitBreaker.Days]]

    init(_ rules: [RuleSet], sources: Int) {
        self.rules = rules
        days = rules.map { _ in Array(repeating: CircuitBreaker.Days(), count: sources) }
    }

    /// Whether no entrant has a breaker.
    var isEmpty: Bool { rules.allSatisfy(\.breakers.isEmpty) }

    /// From which moment on events count towards what is decided from `time` on: the beginning of the day
    /// before, which late events count in; never without breakers.
    func firstCounted(_ time: EventTime) -> Int64 {
        isEmpty ? .max : time.startOfDay.milliseconds - EventTime.millisecondsPerDay
    }

    /// Counts what each entrant decided on an event, in the order of its source, and holds what breakers hold.
    mutating func hold(_ outcomes: inout [Scorer.Outcome], at time: EventTime, source: Int) {
        for entrant in rules.indices where !rules[entrant].breakers.isEmpty {
            guard case .scored(var decision, let late) = outcomes[entrant] else { continue }
            rules[entrant].hold(&decision, at: time, days: &days[entrant][source])
            outcomes[entrant] = .scored(decision, late: late)
        }
    }
}
