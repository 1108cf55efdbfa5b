/// What is wrong with a round, counted.
struct Verdict: Codable {
    var expected = 0
    /// Expected alerts that are not in PostgreSQL.
    var lost = 0
    /// Insertions beyond the first of an alert, and further alerts on the same transaction.
    var doubled = 0
    /// Alerts nobody expected.
    var extra = 0
    /// Alerts of PostgreSQL that the review topic does not hold.
    var reviewMissing = 0
    /// Messages of the review topic beyond the first of an alert.
    var reviewDuplicates = 0
    /// What may explain them: a commit's worth for each kill, freeze, restart and outage.
    var reviewDuplicatesExplained = 0
    /// Alerts whose scores are not those of the undisturbed run.
    var scoresDiffering = 0
    var kills = 0
    var disturbances = 0
    var reconciled = true
    /// Processors that a known fault of librdkafka aborted.
    var knownAborts = 0
    /// Rounds played again because the embedded broker had aborted.
    var brokerAborts = 0
    /// In words, what else is wrong.
    var findings: [String] = []

    var isClean: Bool {
        lost == 0 && doubled == 0 && extra == 0 && reviewMissing == 0 && scoresDiffering == 0 && reconciled
            && reviewDuplicates <= reviewDuplicatesExplained && findings.isEmpty
    }

    init() {}

    /// - Parameter reference: scores of the undisturbed run by transaction; nil for that run itself.
    init(
        _ seen: Observation, of feed: Feed, takeovers: Int, kills: Int, reference: [String: Observation.Alert]?
    ) {
        self.kills = kills
        disturbances = takeovers
        expected = feed.expected.count
        let byTransaction = Dictionary(grouping: seen.alerts.values, by: \.transaction)
        lost = feed.expected.count { byTransaction[$0] == nil }
        doubled =
            seen.insertions.values.reduce(0) { $0 + max(0, $1 - 1) }
            + byTransaction.values.reduce(0) { $0 + $1.count - 1 }
        extra = byTransaction.keys.count { !feed.expected.contains($0) }
        reviewMissing = seen.alerts.keys.count { seen.reviews[$0] == nil }
        reviewDuplicates = seen.reviews.values.reduce(0) { $0 + max(0, $1 - 1) }
        reviewDuplicatesExplained = takeovers * seen.largestCommit
        if let reference {
            let differing = byTransaction.filter { name, alerts in alerts.contains { $0 != reference[name] } }
            scoresDiffering = differing.count
            let partitions = Dictionary(grouping: differing.keys) { seen.places[$0]?.partition ?? -1 }
            for (partition, names) in partitions.sorted(by: { $0.key < $1.key }) {
                let first = names.min { (seen.places[$0]?.offset ?? 0) < (seen.places[$1]?.offset ?? 0) } ?? ""
                let given = Float(bitPattern: byTransaction[first]?.first?.modelScore ?? 0)
                let expected = Float(bitPattern: reference[first]?.modelScore ?? 0)
                findings.append(
                    "\(names.count) scores differ in transactions[\(partition)], first of \(first) at offset "
                        + "\(seen.places[first]?.offset ?? -1): \(given), undisturbed \(expected)")
            }
        }
        reconcile(seen, feed)
        let strangers = seen.reviews.keys.count { seen.alerts[$0] == nil }
        if strangers > 0 { findings.append("\(strangers) review events have no row in PostgreSQL") }
        if seen.unpublished > 0 { findings.append("\(seen.unpublished) alerts are not marked as published") }
    }

    /// Every offset is in exactly one of the three counts, and the counts are what was published.
    private mutating func reconcile(_ seen: Observation, _ feed: Feed) {
        let counts = seen.progress
        // The embedded broker keeps what a retried request sent twice; the processor must call that a duplicate.
        let resent = seen.offsets - Int64(feed.records.count)
        let resentLabels = counts.scored - Int64(feed.records.count - feed.repeats - feed.broken)
        var faults: [String] = []
        if counts.next != seen.offsets { faults.append("\(counts.next) offsets decided of \(seen.offsets)") }
        if counts.unaccounted != 0 { faults.append("\(counts.unaccounted) offsets unaccounted for") }
        if counts.scored + counts.duplicates + counts.deadLettered != seen.offsets {
            faults.append("\(counts) do not add up to \(seen.offsets)")
        }
        if resent == 0 {
            if counts.duplicates != Int64(feed.repeats) {
                faults.append("\(counts.duplicates) duplicates counted of \(feed.repeats)")
            }
            if counts.deadLettered != Int64(feed.broken) {
                faults.append("\(counts.deadLettered) dead letters counted of \(feed.broken)")
            }
            if resentLabels != 0 { faults.append("\(counts.scored) events scored") }
        }
        if Int64(seen.deadLetters) != counts.deadLettered {
            faults.append("\(seen.deadLetters) records in the dead-letter topic, \(counts.deadLettered) counted")
        }
        reconciled = faults.isEmpty
        findings += faults
    }

    /// Adds a round to the sum of rounds.
    mutating func add(_ round: Verdict) {
        expected += round.expected
        lost += round.lost
        doubled += round.doubled
        extra += round.extra
        reviewMissing += round.reviewMissing
        reviewDuplicates += round.reviewDuplicates
        reviewDuplicatesExplained += round.reviewDuplicatesExplained
        scoresDiffering += round.scoresDiffering
        kills += round.kills
        knownAborts += round.knownAborts
        disturbances += round.disturbances
        reconciled = reconciled && round.reconciled
        findings += round.findings
    }
}
