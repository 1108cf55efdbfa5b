import Evaluation
import Foundation
import Scoring
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite struct AnalysisTests {
    private func analysis(_ name: String = "challenger") throws -> ReplayAnalysis {
        var options = ReplayAnalysis.Options()
        options.resamples = 16
        options.goals = [.alertsPerDay(2)]
        return ReplayAnalysis(try ReportFixture.result(name: name), options: options)
    }

    @Test func viewsTellModelAndRulesApart() throws {
        let champion = try analysis().contenders[0]
        // Counted: ten rows with five frauds; the immature one is in no figure.
        #expect(champion.all.catches.events == 10 && champion.all.catches.frauds == 5)
        // Frauds 0 by the model, 1 and 2 by rules, 10 by moved scores; 3 is missed. False alarms: 4 moved, 6.
        #expect(champion.all.catches.caught == 4 && champion.all.catches.flagged == 6)
        #expect(champion.model.catches.caught == 1 && champion.model.catches.flagged == 3)
        #expect(champion.rules.catches.caught == 2 && champion.rules.catches.flagged == 2)
        #expect(champion.both.catches.flagged == 0)
        #expect(champion.all[.valueRecall] == 230.0 / 250)
    }

    @Test func aRuleIsMissedForWhatNothingElseFlags() throws {
        let table = try analysis().contenders[0].ruleTable
        let rows = Dictionary(uniqueKeysWithValues: table.rows.map { ($0.rule, $0) })
        let big = try #require(rows["big"])
        // Row 2 has 'huge' as well, row 7 is let through by 'trusted' either way.
        #expect(big.hits == 3 && big.frauds == 2 && big.precision == 2.0 / 3 && big.recall == 0.4)
        #expect(big.marginalRecall == 0.2 && big.marginalFalseAlarms == 0)
        #expect(rows["huge"]?.marginalRecall == 0)
        // Without 'trusted' row 7 is a false alarm: the rule prevents one.
        #expect(rows["trusted"]?.marginalFalseAlarms == -1 && rows["trusted"]?.marginalRecall == 0)
        // Row 10 is flagged at 0.4 + 0.1, not at 0.4 + 0.05.
        #expect(rows["up"]?.marginalRecall == 0.2 && rows["upAgain"]?.marginalRecall == 0)
        #expect(rows["up"]?.marginalFalseAlarms == 1)
        let (left, right) = (table.rows.firstIndex { $0.rule == "big" }, table.rows.firstIndex { $0.rule == "huge" })
        #expect(table.overlap[try #require(left)][try #require(right)] == 1)
        #expect(table.overlap[try #require(right)][try #require(right)] == 1)
    }

    @Test func challengersAreComparedRowByRow() throws {
        let comparison = try #require(try analysis().comparisons.first)
        // New: fraud 3. False alarms: 5 new; 4 and 6 dropped.
        #expect(comparison.changes == [.newCatch: 1, .newMiss: 0, .newFalseAlarm: 1, .droppedFalseAlarm: 2])
        #expect(comparison.differing == 4 && comparison.examples[.newCatch] == [3])
        #expect(abs((comparison.differences[.recall] ?? 0) - 0.2) < 1e-12)
        #expect(
            comparison.verdict.hasPrefix(
                "challenger catches 1 more fraud and raises 1 fewer false alarm than champion."))
        let interval = try #require(comparison.intervals[.recall])
        #expect(interval.low <= 0.2 && interval.high >= 0.2)
    }

    @Test func jsonHasTheFiguresByTheirNames() throws {
        let encoded = try JSONEncoder().encode(try analysis())
        let object = try #require(try JSONSerialization.jsonObject(with: encoded) as? [String: Any])
        let metrics = try #require(object["metrics"] as? [String: Any])
        #expect(metrics["value_recall"] as? Double == 230.0 / 250 && metrics["events"] as? Int == 10)
        let rates = try #require(metrics["recall_at_alert_rate"] as? [String: Any])
        #expect(rates.keys.sorted() == ["0.001", "0.005", "0.01", "0.02"])
        #expect((metrics["intervals"] as? [String: [Double]])?["recall"]?.count == 2)
        #expect((object["views"] as? [String: Any])?["rule:big"] != nil)
        #expect((object["threshold_choices"] as? [[String: Any]])?.first?["goal"] as? String == "budget 2/day")
    }

    @Test func theReportNeedsNothingFromOutsideAndEscapesWhatIsGiven() throws {
        let attack = "<script>alert('1')</script>\"&\u{202E}"
        var options = ReplayAnalysis.Options()
        options.resamples = 16
        let result = try ReportFixture.result(name: attack, user: "<img src=x onerror=y>")
        let text = ReplayPage(
            result, analysis: ReplayAnalysis(result, options: options), configuration: [("<b>", attack)]
        ).text
        #expect(
            !text.contains("<script") && !text.contains("<img") && !text.contains("<b>&") && !text.contains("\u{202E}"))
        #expect(text.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;?"))
        #expect(text.contains("&lt;img src=x onerror=y&gt;3"))
        for link in ["http:", "https:", "src=\"", "href=", "url(", "@import"] {
            #expect(!text.contains(link), "\(link)")
        }
        // Well formed: an XML reader goes through it once the doctype and the two void elements are closed.
        let xml = text.replacing("<!DOCTYPE html>\n", with: "").replacing(try Regex("<meta[^>]*>"), with: "")
        let parser = XMLParser(data: Data(xml.utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
    }

    @Test func aReplayWithoutAnEventHasAReport() throws {
        var result = try ReportFixture.result()
        result.table.maturities = Column(result.table.maturities.map { _ in .immature })
        let analysis = ReplayAnalysis(result)
        #expect(analysis.contenders[0].all[.recall] == nil)
        #expect(ReplayPage(result, analysis: analysis).text.contains("</html>"))
    }
}
