internal import Scoring
internal import Transactions

extension ReplayPage {
    private static let missCount = 6
    private static let daysAround: Int64 = 10

    /// The missed frauds of most money, one a card, each with what else happened on its card.
    var missSection: HTML {
        // One a card: the worst of each, then the worst of those.
        var ofUser: [UInt32: Int] = [:]
        var count = 0
        func precedes(_ left: Int, _ right: Int) -> Bool { (table.amounts[right], left) < (table.amounts[left], right) }
        for row in table.countedRows where table.truths[row] == 1 && !table.champion.isFlagged(row) {
            count += 1
            let worst = ofUser[table.users[row]]
            if worst.map({ precedes(row, $0) }) ?? true { ofUser[table.users[row]] = row }
        }
        var top = TopRows(limit: Self.missCount, by: precedes)
        for row in ofUser.values { top.add(row) }
        let worst = top.rows
        guard !worst.isEmpty else { return "" }
        var rows: [UInt32: [Int]] = [:]
        let seen = Set(worst.map { table.users[$0] })
        for row in table.users.indices where seen.contains(table.users[row]) {
            rows[table.users[row], default: []].append(row)
        }
        let timelines: [HTML] = worst.map { timeline($0, rows[table.users[$0]] ?? []) }
        return """
            <h2>Worst misses</h2><p>The frauds let through with most money in them, one a card, of \
            \(ReportNumber.count(count)) missed. Users are pseudonyms.</p><div class="charts">\(timelines)</div>

            """
    }

    private func timeline(_ miss: Int, _ rows: [Int]) -> HTML {
        let reach = Self.daysAround * EventTime.millisecondsPerDay
        let near = rows.filter { abs(table.times[$0] - table.times[miss]) <= reach }
        let middle = Double(table.times[miss])
        let high = near.map { table.amounts[$0] }.max() ?? 1
        let x = Axis(
            title: "days before and after the miss", low: -Double(Self.daysAround), high: Double(Self.daysAround))
        var chart = Chart(
            "\(name(ofUser: miss)) · \(Self.time(EventTime(milliseconds: table.times[miss]))) UTC", x: x,
            y: .upTo(high, title: "amount"))
        chart.key("legitimate or unknown", style: "quiet")
        chart.key("fraud missed", style: "s1")
        chart.key("flagged", style: "s0")
        for row in near where row != miss { mark(row, middle, on: &chart) }
        mark(miss, middle, on: &chart, radius: 7)
        let amount = ReportNumber.money(table.amounts[miss])
        let score = Self.score(table.champion.scores[miss])
        return """
            <div>\(chart.html)<p class="soft">Amount \(amount), score \(score), review from \
            \(Self.score(table.champion.thresholds.review)); \(ReportNumber.count(near.count)) transactions of the card within \
            ten days.</p></div>
            """
    }

    private func mark(_ row: Int, _ middle: Double, on chart: inout Chart, radius: Double = 4) {
        let isFraud = table.truths[row] == 1 && table.maturities[row] == .mature
        let isFlagged = table.champion.isFlagged(row)
        let day = (Double(table.times[row]) - middle) / Double(EventTime.millisecondsPerDay)
        let hint =
            "\(Self.time(EventTime(milliseconds: table.times[row]))): \(ReportNumber.money(table.amounts[row])), "
            + "score \(Self.score(table.champion.scores[row]))\(isFraud ? ", fraud" : "")\(isFlagged ? ", flagged" : "")"
        chart.dot(
            day, table.amounts[row], radius: isFraud ? max(radius, 5) : 3,
            style: isFlagged ? "s0" : isFraud ? "s1" : "quiet", hint: hint)
    }
}
