internal import Scoring

/// What does not change from resample to resample.
struct BootstrapProblem: Sendable {
    /// A group of equal scores that holds a fraud; rows by falling score.
    struct Step: Sendable {
        /// The group's rows.
        var start: Int
        var end: Int
        /// The end of its frauds in `fraudUsers`.
        var fraudEnd: Int
    }

    /// A user's part in one bin of the calibration error: sum of probability less truth.
    struct BinPart: Sendable {
        var user: Int
        var bin: Int
        var excess: Double
    }

    static let bins = 15

    let userCount: Int
    /// (rows by falling score) users counted from 0 in order of their numbers.
    let rankedUsers: Column<UInt32>
    let steps: Column<Step>
    /// Users of frauds by falling score.
    let fraudUsers: Column<UInt32>
    /// (users) each.
    let counts: [CatchCounts]
    let costs: [Double]?
    let binParts: [BinPart]
    let days: DailyCards

    init(_ columns: OutcomeColumns, costs: DecisionCosts?) {
        let highest = columns.users.reduce(0) { max($0, Int($1)) }
        var numbers = [UInt32](repeating: .max, count: highest + 1)
        for user in columns.users { numbers[Int(user)] = 0 }
        var next: UInt32 = 0
        for user in numbers.indices where numbers[user] == 0 {
            numbers[user] = next
            next += 1
        }
        userCount = Int(next)
        let users = Column(count: columns.count) { numbers[Int(columns.users[$0])] }
        let order = ScoreOrder.descending(columns.scores)
        rankedUsers = Column(count: order.count) { users[Int(order[$0])] }
        (steps, fraudUsers) = Self.steps(columns, order, users)

        var counts = [CatchCounts](repeating: CatchCounts(), count: userCount)
        var sums = [Double](repeating: 0, count: userCount)
        for row in 0..<columns.count {
            let user = Int(users[row])
            counts[user].add(
                fraud: columns.frauds[row], flagged: columns.isFlagged(row), amount: columns.amounts[row])
            if let costs {
                sums[user] += costs.cost(
                    columns.dispositions[row], fraud: columns.frauds[row], amount: columns.amounts[row])
            }
        }
        self.counts = counts
        self.costs = costs == nil ? nil : sums
        binParts = Self.binParts(columns, users, userCount)
        days = DailyCards(scores: columns.scores, frauds: columns.frauds, users: users, times: columns.times)
    }

    private static func steps(
        _ columns: OutcomeColumns, _ order: Column<UInt32>, _ users: Column<UInt32>
    ) -> (steps: Column<Step>, fraudUsers: Column<UInt32>) {
        var steps = Column<Step>()
        var fraudUsers = Column<UInt32>()
        var start = 0
        while start < order.count {
            let score = columns.scores[Int(order[start])]
            let known = fraudUsers.count
            var end = start
            while end < order.count, columns.scores[Int(order[end])] == score {
                let row = Int(order[end])
                if columns.frauds[row] { fraudUsers.append(users[row]) }
                end += 1
            }
            if fraudUsers.count > known { steps.append(Step(start: start, end: end, fraudEnd: fraudUsers.count)) }
            start = end
        }
        return (steps, fraudUsers)
    }

    private static func binParts(_ columns: OutcomeColumns, _ users: Column<UInt32>, _ userCount: Int) -> [BinPart] {
        var excess = [Double](repeating: 0, count: userCount * bins)
        for row in 0..<columns.count {
            let probability = Double(columns.scores[row])
            let bin = ModelRanking.calibrationBin(probability, bins: bins)
            excess[Int(users[row]) * bins + bin] += probability - (columns.frauds[row] ? 1 : 0)
        }
        return excess.indices.compactMap { index in
            excess[index] == 0
                ? nil : BinPart(user: index / bins, bin: index % bins, excess: excess[index])
        }
    }
}
