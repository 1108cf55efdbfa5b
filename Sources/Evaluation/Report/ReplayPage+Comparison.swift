internal import Scoring
internal import Transactions

extension ReplayPage {
    /// Each challenger's verdict, counts, intervals and examples.
    var comparisonSection: HTML {
        guard !analysis.comparisons.isEmpty else { return "" }
        let parts: [HTML] = analysis.comparisons.map { comparison in
            var counts = ReportTable(header: ["decisions that differ", "transactions"])
            counts.rows = ContenderComparison.Change.allCases.map {
                [Self.name($0), ReportNumber.count(comparison.changes[$0] ?? 0)]
            }
            counts.rows.append(["all decisions that differ, of any truth", ReportNumber.count(comparison.differing)])
            return """
                <h3>\(comparison.challenger) against \(comparison.champion)</h3>
                <p class="verdict">\(comparison.verdict)</p>\(counts.html)\(differences(comparison))\(examples(comparison))
                """
        }
        return "<h2>Champion and challenger</h2>\(parts)\n"
    }

    private static func name(_ change: ContenderComparison.Change) -> String {
        switch change {
        case .newCatch: "new catches: frauds only the challenger flags"
        case .newMiss: "new misses: frauds only the champion flags"
        case .newFalseAlarm: "new false alarms: legitimate, only the challenger flags"
        case .droppedFalseAlarm: "false alarms dropped: legitimate, only the champion flags"
        }
    }

    private func differences(_ comparison: ContenderComparison) -> HTML {
        var table = ReportTable(header: ["challenger less champion", "difference", "95 % interval, paired by user"])
        let shown: [(Figure, String)] = [
            (.recall, "recall"), (.precision, "precision"), (.valueRecall, "value recall"),
            (.averagePrecision, "average precision"), (.aucROC, "AUC ROC"), (.cardPrecision, "card precision at 100"),
            (.expectedCost, "expected cost by transaction"),
        ]
        for (figure, name) in shown {
            guard let difference = comparison.differences[figure] else { continue }
            let interval = comparison.intervals[figure].map {
                "\(ReportNumber.decimal($0.low, digits: 4)) to \(ReportNumber.decimal($0.high, digits: 4))"
            }
            table.rows.append([
                name, ReportNumber.decimal(difference, digits: 4), interval ?? ReportNumber.undefined,
            ])
        }
        return table.html
    }

    private func examples(_ comparison: ContenderComparison) -> HTML {
        guard let challenger = table.contenders.first(where: { $0.name == comparison.challenger }) else { return "" }
        var examples = ReportTable(
            header: ["change", "time (UTC)", "user", "amount", "champion's score", "challenger's score"],
            wordColumns: [0, 1, 2])
        for change in ContenderComparison.Change.allCases {
            for row in (comparison.examples[change] ?? []).prefix(3) {
                examples.rows.append([
                    change.rawValue.replacing("_", with: " "), Self.time(EventTime(milliseconds: table.times[row])),
                    name(ofUser: row), ReportNumber.money(table.amounts[row]), Self.score(table.champion.scores[row]),
                    Self.score(challenger.scores[row]),
                ])
            }
        }
        return examples.rows.isEmpty ? "" : "<p>Examples, those of most money first.</p>\(examples.html)"
    }

    /// The pseudonym of a row's user.
    func name(ofUser row: Int) -> String {
        let user = Int(table.users[row])
        return user < table.userNames.count ? table.userNames[user] : "user \(user)"
    }
}
