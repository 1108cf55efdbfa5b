internal import Foundation
internal import Scoring
internal import Transactions

/// A replay's report as one HTML file that needs nothing else: no script, no font, no image fetched from anywhere.
///
/// Users appear by their pseudonyms only. Every text that came from outside is escaped.
public struct ReplayPage {
    let result: ReplayResult
    let analysis: ReplayAnalysis
    /// How the run was asked for: names and values for the last section.
    let configuration: [(name: String, value: String)]
    /// The champion's outcomes of known truth.
    let columns: OutcomeColumns

    var table: ReplayTable { result.table }
    var champion: ReplayAnalysis.Contender { analysis.contenders[0] }

    public init(
        _ result: ReplayResult, analysis: ReplayAnalysis, configuration: [(name: String, value: String)] = []
    ) {
        self.result = result
        self.analysis = analysis
        self.configuration = configuration
        columns = OutcomeColumns(result.table)
    }

    /// The file's content.
    public var text: String {
        let title = "vigil replay \(Self.day(result.from)) to \(Self.day(result.to.advanced(byMilliseconds: -1)))"
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title)</title><style>
            \(ReportStyle.sheet)
            </style></head><body><main>
            \(header)\(comparisonSection)\(rankingSection)\(detectionSection)\(sourcesSection)\(choiceSection)\
            \(segmentSection)\(missSection)\(driftSection)\(originSection)
            </main></body></html>

            """
        return page.text
    }

    private var header: HTML {
        let all = champion.all
        let counts = all.catches
        let alerts = table.champion.dispositions.count { $0 != .allow }
        let perDay = result.days > 0 ? Double(alerts) / result.days : 0
        let warning: HTML =
            result.isPartial
            ? "<p class=\"verdict warn\">This run was stopped before its end: it covers the events up to the last one decided only.</p>"
            : ""
        return """
            <h1>What would have been caught</h1>
            <p class="soft">Replay of \(Self.time(result.from)) to \(Self.time(result.to)) UTC · \
            \(ReportNumber.count(result.events)) transactions after \(ReportNumber.count(result.warmUpEvents)) for context</p>
            \(warning)
            <p class="lead">Of \(ReportNumber.count(counts.frauds)) frauds among \(ReportNumber.count(counts.events)) transactions \
            of known truth, \(ReportNumber.count(counts.caught)) were flagged, with \
            \(ReportNumber.count(counts.flagged - counts.caught)) false alarms. \
            \(ReportNumber.count(all.cards.detected)) of \(ReportNumber.count(all.cards.compromised)) compromised cards were \
            found; \(ReportNumber.money(all.cards.lostBeforeDetection)) in money was lost before.</p>
            <div class="tiles">\
            \(tile("Recall", ReportNumber.percent(all[.recall]), .recall))\
            \(tile("Precision", ReportNumber.percent(all[.precision]), .precision))\
            \(tile("Value recall", ReportNumber.percent(all[.valueRecall]), .valueRecall))\
            \(tile("Average precision", ReportNumber.decimal(all[.averagePrecision]), .averagePrecision))\
            \(tile("Alerts a day", ReportNumber.decimal(perDay, digits: 1), note: "threshold \(Self.score(table.champion.thresholds.review))"))\
            \(tile("Median time to detection", ReportNumber.duration(hours: all.cards.medianHours), note: "from a card's first fraud"))\
            \(tile("Card precision at 100", ReportNumber.percent(all[.cardPrecision]), .cardPrecision))\
            \(tile("Calibration error", ReportNumber.decimal(all[.ece], digits: 4), .ece))\
            </div>
            <p class="soft">Brackets hold 95 % intervals from resampled users. \
            \(ReportNumber.count(table.count(of: .immature))) transactions are too young for their labels to have arrived and \
            \(ReportNumber.count(table.count(of: .unlabelled))) have none: they are in no figure.</p>

            """
    }

    private func tile(_ name: String, _ value: String, _ figure: Figure) -> HTML {
        let isShare = figure != .averagePrecision && figure != .ece
        let note = champion.all.intervals[figure].map { interval in
            isShare
                ? "[\(ReportNumber.percent(interval.low)), \(ReportNumber.percent(interval.high))]"
                : "[\(ReportNumber.decimal(interval.low, digits: 4)), \(ReportNumber.decimal(interval.high, digits: 4))]"
        }
        return tile(name, value, note: note ?? "")
    }

    private func tile(_ name: String, _ value: String, note: String) -> HTML {
        "<div class=\"tile\"><span>\(name)</span><b>\(value)</b><small>\(note)</small></div>"
    }

    static func day(_ time: EventTime) -> String { String(time.iso8601.prefix(10)) }

    /// 2018-08-08 14:05
    static func time(_ time: EventTime) -> String {
        String(time.iso8601.prefix(16)).replacing("T", with: " ")
    }

    static func score(_ value: Float) -> String { ReportNumber.decimal(Double(value), digits: 4) }
}
