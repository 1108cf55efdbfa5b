internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// Fills a replay's table row by row, in the order of the feed.
struct ReplayTableBuilder {
    private(set) var table = ReplayTable()
    private(set) var duplicates = 0
    private(set) var late = 0

    private var segments: [SegmentColumn]
    /// (entrants) rules' positions by their ids.
    private var ruleIndexes: [[String: Int]]
    private var userNumbers: [Text: UInt32] = [:]
    private var users: [String] = []

    init(_ contenders: [ReplayContender], sources: [ReplaySource], segments: [SegmentColumn]) {
        table.contenders = contenders
        table.sources = sources
        self.segments = segments
        ruleIndexes = contenders.map { contender in
            Dictionary(contender.rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Adds a transaction of the span with what each entrant made of it; one that any of them has seen before is no row.
    mutating func add(
        _ transaction: Transaction, isFraud: Bool?, source: Int, offset: Int64, _ outcomes: [Scorer.Outcome]
    ) {
        var decisions: [Decision] = []
        decisions.reserveCapacity(outcomes.count)
        for (entrant, outcome) in outcomes.enumerated() {
            guard case .scored(let decision, let isLate) = outcome else { continue }
            if isLate, entrant == 0 { late += 1 }
            decisions.append(decision)
        }
        guard decisions.count == outcomes.count else {
            duplicates += 1
            return
        }
        let row = UInt32(truncatingIfNeeded: table.count)
        table.ids.append(StableHash.identifier(transaction.id))
        table.users.append(number(of: transaction.user))
        table.times.append(transaction.time.milliseconds)
        table.amounts.append(transaction.amount)
        table.truths.append(isFraud.map { $0 ? 1 : 0 } ?? -1)
        table.sourceIndexes.append(UInt32(truncatingIfNeeded: source))
        table.offsets.append(offset)
        for index in segments.indices { segments[index].add(transaction) }
        for (entrant, decision) in decisions.enumerated() { add(decision, of: entrant, row) }
    }

    private mutating func add(_ decision: Decision, of entrant: Int, _ row: UInt32) {
        table.contenders[entrant].modelScores.append(decision.modelScore)
        table.contenders[entrant].scores.append(decision.score)
        table.contenders[entrant].dispositions.append(decision.disposition)
        let decidedBy = decision.decidedBy.flatMap { ruleIndexes[entrant][$0] } ?? -1
        table.contenders[entrant].decidedBy.append(Int16(truncatingIfNeeded: decidedBy))
        for hit in decision.hits {
            guard let rule = ruleIndexes[entrant][hit.rule] else { continue }
            table.contenders[entrant].ruleRows[rule].append(row)
            if hit.state == .snoozed { table.contenders[entrant].snoozedRows[rule].append(row) }
        }
    }

    private mutating func number(of user: String) -> UInt32 {
        if let known = userNumbers[Text(user)] { return known }
        let new = UInt32(truncatingIfNeeded: users.count)
        userNumbers[Text(user)] = new
        users.append(user)
        return new
    }

    /// The table with truths and maturities filled in.
    ///
    /// - Parameters:
    ///   - labels: what labels said; nil where transactions brought their truth.
    ///   - dataEnd: transactions after it less the delay are immature.
    consuming func finished(
        labels: ReplayLabels?, dataEnd: EventTime, labelDelayMilliseconds: Int64, pseudonymizer: Pseudonymizer
    ) -> ReplayTable {
        if let labels { table.truths = labels.truths(of: table.ids) }
        let newestMature = dataEnd.milliseconds &- labelDelayMilliseconds
        table.maturities = Column(count: table.count) { [table] row in
            table.times[row] > newestMature ? .immature : table.truths[row] < 0 ? .unlabelled : .mature
        }
        table.userNames = users.map(pseudonymizer.pseudonym(of:))
        table.segments = segments.map(\.segment)
        return table
    }
}
