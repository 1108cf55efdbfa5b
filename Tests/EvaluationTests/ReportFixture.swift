import Evaluation
import Rules
import Scoring
import Transactions

/// A replay made up row by row, its rules decided as `RuleEvaluator` would.
enum ReportFixture {
    static let schema = TransactionSchema(
        name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"))

    /// Row by row: model scores of the champion and the challenger, truth, amount, matched rules by index.
    static let rows: [(scores: [Float], truth: Int8, amount: Double, rules: [Int])] = [
        ([0.9, 0.9], 1, 100, []), ([0.2, 0.8], 1, 40, [0]), ([0.1, 0.1], 1, 30, [0, 1]), ([0.4, 0.6], 1, 20, []),
        ([0.45, 0.2], 0, 10, [2]), ([0.1, 0.7], 0, 10, []), ([0.8, 0.1], 0, 10, []), ([0.95, 0.95], 0, 5, [0, 3]),
        ([0.7, 0.7], 1, 900, []), ([0.2, 0.2], 0, 7, []), ([0.4, 0.4], 1, 60, [2, 4]),
    ]

    static let rules = """
        rules:
          - id: big
            when: tx.amount > 25.0
            action: review
          - id: huge
            when: tx.amount > 1000.0
            action: decline
          - id: up
            when: tx.amount < 25.0
            action: score +0.1
          - id: trusted
            when: tx.amount < 1.0
            action: allow
            priority: 5
          - id: upAgain
            when: tx.amount < 2.0
            action: score +0.05
        """

    static func result(name: String = "challenger", user: String = "u") throws -> ReplayResult {
        let set = try RuleSet.load(text: rules, schema: schema)
        var table = ReplayTable()
        for (index, row) in rows.enumerated() {
            table.ids.append(UInt64(index))
            table.users.append(UInt32(index % 4))
            table.times.append(Int64(index) * 6 * 3_600_000)
            table.amounts.append(row.amount)
            table.truths.append(row.truth)
            // Row 8 is too young to count.
            table.maturities.append(index == 8 ? .immature : .mature)
            table.sourceIndexes.append(0)
            table.offsets.append(Int64(index))
        }
        table.userNames = (0..<4).map { "\(user)\($0)" }
        for (number, name) in ["champion", name].enumerated() {
            var contender = ReplayContender(
                name: name, modelHash: "m\(number)", rulesHash: "r", thresholds: Thresholds(review: 0.5),
                rules: set.rules)
            for (index, row) in rows.enumerated() { decide(index, row.scores[number], row.rules, &contender) }
            table.contenders.append(contender)
        }
        var result = ReplayResult(
            runID: "run", from: EventTime(milliseconds: 0),
            to: EventTime(milliseconds: 3 * EventTime.millisecondsPerDay),
            dataEnd: EventTime(milliseconds: 3 * EventTime.millisecondsPerDay), labelDelayMilliseconds: 0)
        result.table = table
        result.events = rows.count
        return result
    }

    /// Rules by their ids here, since the set orders them by priority.
    private static func decide(_ row: Int, _ score: Float, _ matched: [Int], _ contender: inout ReplayContender) {
        let ids = ["big", "huge", "up", "trusted", "upAgain"]
        let rules = contender.rules
        let hits = rules.indices.filter { number in matched.contains { ids[$0] == rules[number].id } }
        let moved = matched.contains(2) ? score + (matched.contains(4) ? 0.15 : 0.1) : score
        let decider = ["trusted", "huge", "big"].first { id in hits.contains { rules[$0].id == id } }
        let number = rules.firstIndex { $0.id == decider }
        let crossed = number == nil && moved >= 0.5 && score < 0.5
        for hit in hits { contender.ruleRows[hit].append(UInt32(row)) }
        contender.modelScores.append(score)
        contender.scores.append(moved)
        contender.decidedBy.append(Int16(number ?? (crossed ? rules.firstIndex { $0.id == "up" } ?? -1 : -1)))
        let forced: Disposition? =
            switch decider {
            case "trusted": .allow
            case "huge": .decline
            case "big": .review
            default: nil
            }
        contender.dispositions.append(forced ?? (moved >= 0.5 ? .review : .allow))
    }
}
