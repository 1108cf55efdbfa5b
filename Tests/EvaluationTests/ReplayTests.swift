import Evaluation
import Foundation
import Rules
import Scoring
import Sequences
import Testing
import Transactions

@Suite struct ReplayTests {
    private let fixture = ReplayFixture()
    private static let day = EventTime.millisecondsPerDay

    @Test func figuresAreThoseOfTheEvaluator() throws {
        let result = try fixture.replay([fixture.events])
        let report = ReplayReport(result)
        let evaluated = try Evaluator(try fixture.model()).evaluate(
            fixture.dataset(), from: fixture.from, to: fixture.to)
        // The data ends after 40 days: the last two of the span are too young for labels a week late.
        let mature = try Evaluator(try fixture.model()).evaluate(
            fixture.dataset(), from: fixture.from,
            to: EventTime(milliseconds: result.dataEnd.milliseconds - 7 * Self.day + 1))
        let (left, right) = (try #require(report.champion.metrics.aucROC), try #require(mature.aucROC))
        #expect(abs(left - right) < 1e-4 && mature.events == report.champion.metrics.events)
        #expect(report.champion.metrics.frauds == mature.frauds)
        #expect(report.immature == evaluated.events - mature.events && report.immature > 50)
        #expect(report.events == 750 && report.duplicates == 7 && report.warmUpEvents == 1000 && report.late == 0)
        let decisions = report.champion.decisions
        #expect(decisions.allow + decisions.review + decisions.decline == 743)
        // Labels sooner than trained for give other features, hence other scores.
        let sooner = try fixture.replay([fixture.events], options: fixture.options(delay: Self.day))
        #expect(sooner.table.champion.modelScores != result.table.champion.modelScores)
    }

    /// They are two to the partitions, hashes and pseudonyms of `run`.
    @Test func twoSpellingsOfAnIDAreTwoUsers() throws {
        func replayed(_ users: [String]) throws -> ReplayTable {
            var events = fixture.events
            for index in events.indices { events[index].transaction.user = users[index / 3 % 2] }
            return try fixture.replay([events]).table
        }
        let (plain, spelt) = (try replayed(["a", "b"]), try replayed(["\u{e9}", "e\u{301}"]))
        #expect(spelt.decided == plain.decided)
        #expect(spelt.userNames.map(\.utf8.count).sorted() == [2, 3])
    }

    @Test func workersChangeNothing() throws {
        var options = fixture.options()
        options.workers = 1
        let alone = try fixture.replay([fixture.events], options: options).table.decided
        options.workers = 5
        #expect(try fixture.replay([fixture.events], options: options).table.decided == alone)
        #expect(alone.count == 743)
    }

    @Test func labelsOfTheFutureChangeNoScore() throws {
        let moment = EventTime(milliseconds: 27 * Self.day)
        var generator = SystemRandomNumberGenerator()
        // Labels that arrive after the moment belong to transactions of the week before it and of all that follow.
        let late = fixture.events.indices.filter {
            fixture.events[$0].transaction.time.milliseconds + 7 * Self.day > moment.milliseconds
        }
        var shuffled = fixture.events
        for (place, label) in zip(late, late.map { fixture.events[$0].isFraud }.shuffled(using: &generator)) {
            shuffled[place].isFraud = label
        }
        let (before, after) = (try fixture.replay([fixture.events]).table, try fixture.replay([shuffled]).table)
        let rows = before.times.indices.filter { before.times[$0] < moment.milliseconds }
        #expect(
            rows.count > 300
                && rows.allSatisfy {
                    before.champion.scores[$0].bitPattern == after.champion.scores[$0].bitPattern
                })
        // Had nothing changed at all, the test would hold of anything.
        #expect(before.champion.scores != after.champion.scores)
    }

    @Test func eventsBeforeTheSpanGiveContext() throws {
        let whole = try fixture.replay([fixture.events])
        let cold = try fixture.replay([Array(fixture.events[1000...])])
        #expect(cold.events == whole.events && cold.table.champion.scores != whole.table.champion.scores)
        var options = fixture.options()
        options.warmUpFrom = fixture.from
        let cut = try fixture.replay([fixture.events], options: options)
        // Labels of what lies before still arrive.
        #expect(cut.warmUpEvents == 0 && cut.events == whole.events)
        let scores = cut.table.champion.scores
        #expect(scores != whole.table.champion.scores && scores != cold.table.champion.scores)
    }

    @Test func sourcesAreMergedAndSortedWhereNeeded() throws {
        let whole = try fixture.replay([fixture.events]).table.decided
        let events = fixture.events
        let (even, odd) = (events.filter { $0.line % 20 < 10 }, events.filter { $0.line % 20 >= 10 })
        #expect(try fixture.replay([even, odd]).table.decided == whole)
        #expect(try fixture.replay([Array(events[1500...]) + Array(events[..<1500])]).table.decided == whole)
    }

    @Test func rulesDecideAndTheirHitsAreKept() throws {
        let rules = """
            rules:
              - id: allTerminal0
                when: tx.terminal == "t0"
                action: decline
              - id: rest
                when: tx.terminal != "t0"
                action: allow
              - id: never
                when: tx.amount > 1e9
                action: review
            """
        let table = try fixture.replay([fixture.events], rules: rules).table
        let span = fixture.events[1000..<1750].filter { $0.line % 100 != 99 }
        let places = span.enumerated().filter { $0.element.transaction.entities[0] == "t0" }.map { UInt32($0.offset) }
        #expect(Array(table.champion.ruleRows[0]) == places && table.champion.ruleRows[2].isEmpty)
        #expect(places.allSatisfy { table.champion.dispositions[Int($0)] == .decline })
        #expect(table.champion.decidedBy.allSatisfy { $0 == 0 || $0 == 1 })
        #expect(Array(table.truths) == span.map { $0.isFraud == true ? 1 : 0 })
    }

    @Test func challengersSeeTheSameEvents() throws {
        let other = try fixture.model(seed: 6)
        let rule = try fixture.rules("rules: [{id: big, when: tx.amount > 200.0, action: review}]")
        let together = try fixture.replay(
            [fixture.events],
            challengers: [
                ReplayEntrant(name: "other", model: other),
                ReplayEntrant(name: "rules", model: try fixture.model(), rules: rule),
            ])
        let alone = try fixture.replay([fixture.events])
        let own = try ReplayEngine([ReplayEntrant(name: "x", model: other)], options: fixture.options())
            .run(.sources { [events = fixture.events] in [ReplayFixture.Source(items: events[...])] })
        #expect(together.table.champion.modelScores == alone.table.champion.modelScores)
        #expect(together.table.contenders[1].modelScores == own.table.champion.modelScores)
        #expect(together.table.contenders[2].modelScores == alone.table.champion.modelScores)
        #expect(together.table.contenders[1].modelScores != together.table.champion.modelScores)
        #expect(together.table.contenders[2].ruleRows[0].count == together.table.amounts.count { $0 > 200 })
    }

    /// Entrants that share what they can: equal models under other rules, heads on one trunk, models with another encoding.
    @Test func whatChallengersShareChangesNoBit() throws {
        let base = try fixture.model()
        let yaml = """
            velocity:
              perUser: {function: count, window: 3d}
              perTerminal: {function: sum, of: tx.amount, key: terminal, window: 2d}
            rules:
              - {id: often, when: velocity.perUser > 21, action: decline}
              - {id: much, when: velocity.perTerminal > 2200.0 && has(user.last_decision), action: review}
            """
        let rules = try fixture.rules(yaml)
        let other = try fixture.model(seed: 6)
        let entrants = [
            ReplayEntrant(name: "champion", model: base),
            ReplayEntrant(name: "rules", model: base, rules: rules),
            ReplayEntrant(name: "thresholds", model: base, thresholds: Thresholds(review: 0.4, decline: 0.6)),
            ReplayEntrant(name: "head", model: try fixture.withHead(on: base, scale: -2)),
            ReplayEntrant(name: "other", model: other, rules: rules),
            ReplayEntrant(name: "other's head", model: try fixture.withHead(on: other, scale: 3)),
            ReplayEntrant(name: "other's rules", model: other),
            ReplayEntrant(name: "encoding", model: try fixture.model(seed: 5, rows: 800)),
            ReplayEntrant(name: "longer", model: try fixture.model(seed: 5, window: 6)),
        ]
        var options = fixture.options()
        // Users grow cold all the time.
        options.cacheMemoryBytes = 1
        let together = try fixture.replay(entrants, options: options).table
        var kinds = Set<[Float]>()
        for (place, entrant) in entrants.enumerated() {
            let alone = try fixture.replay([entrant], options: fixture.options()).table
            let (left, right) = (together.contenders[place], alone.champion)
            #expect(left.modelScores.map(\.bitPattern) == right.modelScores.map(\.bitPattern), "\(entrant.name)")
            #expect(left.scores.map(\.bitPattern) == right.scores.map(\.bitPattern), "\(entrant.name)")
            #expect(left.dispositions == right.dispositions && left.decidedBy == right.decidedBy, "\(entrant.name)")
            #expect(left.ruleRows == right.ruleRows, "\(entrant.name)")
            kinds.insert(Array(left.modelScores))
        }
        #expect(kinds.count == 6)
        #expect(together.contenders[1].ruleRows.allSatisfy { $0.count > 10 && $0.count < 740 })
    }

    @Test func breakersHoldByPartitionAndDay() throws {
        let rules = """
            breakers:
              decline: {daily_share: 0.3, after: 2}
            rules:
              - {id: big, when: tx.amount > 100.0, action: decline}
            """
        let set = try fixture.rules(rules)
        let table = try fixture.replay([fixture.events], rules: rules).table
        // By hand: a day's count begins anew; once a day's declines are more than two and more than 30 %, all are held.
        var (day, events, declines, isHeld) = (Int64.min, 0, 0, false)
        let expected = fixture.events[1000..<1750].filter { $0.line % 100 != 99 }.map { event -> Disposition in
            let today = event.transaction.time.milliseconds / Self.day
            if today > day { (day, events, declines, isHeld) = (today, 0, 0, false) }
            events += 1
            guard event.transaction.amount > 100 else { return .allow }
            declines += 1
            if declines > 2, Double(declines) > 0.3 * Double(events) { isHeld = true }
            return isHeld ? .review : .decline
        }
        let decided = zip(table.champion.dispositions, table.champion.decidedBy).map { $1 < 0 ? .allow : $0 }
        #expect(set.breakers.count == 1 && decided == expected)
        #expect(expected.contains(.decline) && expected.contains(.review))
        // A span that begins in the middle of a day counts the day from its beginning.
        var options = fixture.options()
        options.from = EventTime(milliseconds: 20 * Self.day + Self.day / 2)
        let later = try fixture.replay([fixture.events], rules: rules, options: options).table
        let last = table.champion.dispositions.suffix(later.count)
        #expect(later.count < table.count && later.champion.dispositions.elementsEqual(last))
    }

    @Test func aStoppedReplayIsWholeUpToWhereItStopped() throws {
        // More events than one block has.
        let many = (0..<12).flatMap { copy in
            fixture.events.map { event in
                var event = event
                event.transaction.id += ".\(copy)"
                event.transaction.time = event.transaction.time.advanced(byMilliseconds: Int64(copy) * 40 * Self.day)
                return event
            }
        }
        var options = ReplayOptions(labelDelayMilliseconds: 7 * Self.day)
        let whole = try fixture.replay([many], options: options)
        options.workers = 1
        var asked = 0
        let part = try fixture.replay([many], options: options) {
            asked += 1
            return asked == 3
        }
        #expect(part.isPartial && !whole.isPartial && part.table.count < whole.table.count && part.table.count > 0)
        let scores = part.table.champion.scores
        #expect(scores.elementsEqual(whole.table.champion.scores.prefix(scores.count)))
        #expect(part.table.maturities.contains(.immature) && part.table.maturities.contains(.mature))
    }

    @Test func aSampleOfUsersIsScoredAsAmongAll() throws {
        var options = fixture.options()
        options.userShare = 0.5
        let sample = try fixture.replay([fixture.events], options: options).table
        let all = try fixture.replay([fixture.events]).table
        let rows = Dictionary(uniqueKeysWithValues: zip(all.offsets, all.champion.scores))
        #expect(sample.count > 0 && sample.count < all.count)
        #expect(zip(sample.offsets, sample.champion.scores).allSatisfy { rows[$0] == $1 })
        // Users are named by a key, or not at all.
        options.pseudonymizer = Pseudonymizer(key: Array("a key of some length".utf8))
        #expect(try fixture.replay([fixture.events], options: options).table.userNames.allSatisfy { $0.count == 32 })
    }

    @Test func withoutATruthNothingIsCounted() throws {
        let unlabelled = fixture.events.map {
            LabelledTransaction(transaction: $0.transaction, isFraud: nil, line: $0.line)
        }
        let report = ReplayReport(try fixture.replay([unlabelled]))
        #expect(
            report.champion.precision == nil && report.champion.recall == nil && report.champion.metrics.events == 0)
        #expect(report.events == 750 && report.unlabelled + report.immature == 743)
        #expect(try fixture.replay([]).events == 0)
    }

    @Test func driftIsCountedBeforeAndDuring() throws {
        var options = fixture.options()
        options.measuresDrift = true
        options.segments = ["terminal", "amount"]
        let result = try fixture.replay([fixture.events], options: options)
        let drift = try #require(result.drift)
        #expect(drift.features.count == (try fixture.model()).encoder.fields.count)
        #expect(drift.features.allSatisfy { $0.before.reduce(0, +) > 20 && $0.during.reduce(0, +) > 20 })
        // A week before the span is scored as well, which changes no decision.
        #expect(drift.scoresBefore.count == 346)
        #expect(try fixture.replay([fixture.events]).table.champion.scores == result.table.champion.scores)
        #expect(result.table.segments.map(\.name) == ["terminal", "amount"])
        #expect(result.table.segments[0].groups.sorted() == (0..<6).map { "t\($0)" })
        #expect(result.table.segments[0].codes.count == result.table.count)
    }

    @Test func filesOfAnotherSchemaAreRefused() throws {
        var other = ReplayFixture.schema
        other.entities[0].name = "merchant"
        let engine = try ReplayEngine(
            [ReplayEntrant(name: "m", model: try fixture.model())], options: fixture.options())
        #expect(throws: ModelFault.self) { try engine.run(.files(["/nowhere"], schema: other)) }
        #expect(throws: DataFileError.self) { try engine.run(.files(["/nowhere.csv"], schema: ReplayFixture.schema)) }
        var options = fixture.options()
        options.segments = ["nothing"]
        #expect(throws: ReplayFault.self) { try fixture.replay([], options: options) }
    }
}
