internal import Foundation
internal import Transactions

extension ReplayPage {
    /// Frauds by day, caught and missed, and what compromised cards lost.
    var detectionSection: HTML {
        let days = DailyCatch.days(columns)
        guard let first = days.first?.day, let last = days.last?.day else { return "" }
        let labels = Self.dayLabels(first, last)
        let x = Axis(title: "day (UTC)", low: Double(first), high: Double(last + 1), labels: labels)
        let highest = days.map(\.counts.frauds).max() ?? 0
        var frauds = Chart("Frauds by day", x: x, y: .upTo(Double(highest), title: "frauds"))
        frauds.key("caught", style: "s0")
        frauds.key("missed", style: "s1")
        let alarms = days.map { $0.counts.flagged - $0.counts.caught }.max() ?? 0
        var wrong = Chart(
            "False alarms by day", x: x, y: .upTo(Double(alarms), title: "legitimate transactions flagged"))
        for day in days {
            let range = (Double(day.day) + 0.08)...(Double(day.day) + 0.92)
            let counts = day.counts
            frauds.bar(range, to: Double(counts.caught), style: "s0")
            frauds.bar(range, from: Double(counts.caught), to: Double(counts.frauds), style: "s1")
            wrong.bar(range, to: Double(counts.flagged - counts.caught), style: "quiet")
        }
        let cards = champion.all.cards
        var detection = ReportTable(header: ["compromised cards", ""])
        detection.rows = [
            ["with a fraud in the span", ReportNumber.count(cards.compromised)],
            ["found", ReportNumber.count(cards.detected)],
            ["found at their first fraud", ReportNumber.count(cards.detectedAtOnce)],
            ["time to detection, mean", ReportNumber.duration(hours: cards.meanHours)],
            ["time to detection, median", ReportNumber.duration(hours: cards.medianHours)],
            ["time within which nine of ten were found", ReportNumber.duration(hours: cards.ninetiethHours)],
            ["money lost before detection", ReportNumber.money(cards.lostBeforeDetection)],
            ["the same by card", ReportNumber.money(cards.meanLostBeforeDetection)],
        ]
        return """
            <h2>Detection</h2><p>A card is found by its first flagged fraud. A card never found has lost the money of all its \
            frauds.</p><div class="charts">\(frauds.html)\(wrong.html)</div>\(detection.html)
            """
    }

    /// At most six days, evenly apart.
    private static func dayLabels(_ first: Int64, _ last: Int64) -> [(value: Double, text: String)] {
        let step = max(1, (last - first + 6) / 6)
        return stride(from: first, through: last, by: Int64.Stride(step)).map { day in
            let time = EventTime(milliseconds: day * EventTime.millisecondsPerDay)
            return (Double(day) + 0.5, String(Self.day(time).dropFirst(5)))
        }
    }
}
