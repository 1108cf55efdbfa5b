import Foundation
import Kafka
import Postgres
import Rules
import Sequences
import Testing
import Transactions

@testable import Pipeline

/// The commit protocol against a real PostgreSQL and a real protocol's broker.
@Suite(.ownThread) struct CommitterTests {
    @Test func aUnitIsCommittedPublishedAndMarked() throws {
        let run = try CommitterRun()
        try run.claim(0)
        try run.settle(.commit(run.unit(0, 0..<3)), .commit(run.unit(0, 3..<4)))
        #expect(try run.rows(0) == ([0, 1, 2, 3], 4))
        #expect(try run.nextOffset(0) == 4)
        #expect(try run.reviewed() == (0..<4).map { run.alert(0, $0).id })
        #expect(run.offsets.take() == [run.input(0): 4] && run.fenced().isEmpty)
        try run.finish()
    }

    /// What rules let through is stored with its hits and the score they beat, and nobody is told.
    @Test func whatRulesLetThroughIsStored() throws {
        let run = try CommitterRun()
        try run.claim(0)
        var unit = run.unit(0, 0..<1)
        let hit = RuleHit(rule: "known", action: "allow", reason: "a friend", state: .active)
        unit.allowed = unit.alerts.map { alert in
            Alert(
                transaction: alert.transaction, pseudonym: "someone",
                decision: Decision(
                    disposition: .allow, modelScore: 0.9, score: 0.25, decidedBy: "known", hits: [hit]),
                source: alert.source, scoredAt: alert.scoredAt, modelHash: "m", rulesHash: "r")
        }
        unit.alerts = []
        unit.aggregateStarts[run.input(0)] = AggregateStarts()
        try run.settle(.commit(unit))
        let rows = try run.database.connect().execute(
            """
            SELECT concat_ws(' ', record_offset, transaction_id, user_pseudonym, model_score, score, decided_by,
                rule_hits -> 0 ->> 'reason', rules_hash) AS row
            FROM vigil.allowed_events
            """)
        #expect(try rows.first?.value("row") == "0 0-0 someone 0.9 0.25 known a friend r")
        #expect(try run.rows(0).all == [] && run.reviewed() == [])
        let claims = try ProgressStore(connection: run.database.connect()).claim([run.input(0): 0], owner: "next")
        #expect(claims[run.input(0)]?.aggregateStarts == AggregateStarts())
        try run.finish()
    }

    /// A restart gives users the decision that was made of their last event, not what a breaker made of it.
    @Test func whatBreakersHeldIsReadAsItWasDecided() throws {
        let run = try CommitterRun()
        try run.claim(0)
        var unit = run.unit(0, 0..<4)
        let other = RuleHit(rule: "other", action: "decline", reason: "")
        let held = [
            RuleHit(rule: "lift", action: "raise 0.5", reason: "", state: .held, held: .decline),
            RuleHit(rule: "calm", action: "set 0", reason: "", state: .held, held: .allow),
            // As older versions wrote it.
            RuleHit(rule: "block", action: "decline", reason: "", state: .held),
        ]
        unit.alerts = (0..<4).map { run.alert(0, $0, hits: [other] + held.dropFirst(Int($0)).prefix(1)) }
        try run.settle(.commit(unit))
        let decisions = try AlertStore.decisions(
            on: run.input(0), from: 0, to: 4, connection: run.database.connect())
        #expect(decisions == [0: .decline, 1: .allow, 2: .decline, 3: .review])
        try run.finish()
    }

    /// A commit that took longer to get there than the server waits is no frozen process: it gets twice the time.
    @Test func aSlowWayToTheServerGetsMoreTime() {
        var settings = Committer.session(PostgresSettings(host: "nowhere"))
        let limits = (0..<6).map { _ in
            defer { settings = Committer.session(settings, slow: true) }
            return settings.idleTransactionTimeoutMilliseconds
        }
        #expect(limits == [5000, 10_000, 20_000, 40_000, 60_000, 60_000])
    }

    /// Alerts that cannot be inserted leave the progress where it was, and nothing is published.
    @Test func alertsAndProgressMoveTogetherOrNotAtAll() throws {
        let run = try CommitterRun()
        try run.claim(0)
        try run.settle(.commit(run.unit(0, 0..<2)))
        var broken = run.unit(0, 2..<4)
        broken.alerts.append(run.alert(0, 1))
        #expect(throws: (any Error).self) { try run.settle(.commit(broken)) }
        #expect(try run.rows(0).all == [0, 1])
        #expect(try run.nextOffset(0) == 2)
        #expect(try run.reviewed().count == 2)
    }

    @Test(arguments: [(epoch: Int64(2), from: Int64(0)), (1, 1), (0, 0)])
    func anotherEpochOrOffsetFences(_ held: (epoch: Int64, from: Int64)) throws {
        let run = try CommitterRun()
        try run.claim(0)
        try run.settle(.commit(run.unit(0, held.from..<5, epoch: held.epoch)))
        #expect(run.fenced() == [0] && run.offsets.takeFenced() == [run.input(0): held.epoch])
        #expect(run.offsets.take().isEmpty)
        #expect(try run.rows(0).all == [] && run.nextOffset(0) == 0)
        #expect(try run.reviewed() == [])
        try run.finish()
    }

    @Test func onlyTheFencedPartOfAUnitIsDropped() throws {
        let run = try CommitterRun()
        try run.claim(0, 1)
        // Another instance takes partition 0 over.
        try run.claim(0)
        var unit = run.unit(0, 0..<2)
        let other = run.unit(1, 0..<3)
        unit.steps += other.steps
        unit.alerts += other.alerts
        try run.settle(.commit(unit))
        #expect(run.fenced() == [0])
        #expect(try run.rows(0).all == [] && run.nextOffset(0) == 0)
        #expect(try run.rows(1) == ([0, 1, 2], 3) && run.nextOffset(1) == 3)
        #expect(try run.reviewed().count == 3)
        try run.finish()
    }

    /// Closed buckets and checkpoints that were on their way behind a fenced unit would claim that nothing is missing before.
    @Test func whatFollowsAFencedUnitIsNotPublished() throws {
        let run = try CommitterRun()
        try run.claim(0, 1)
        try run.claim(0)
        try run.settle(.commit(run.unit(0, 0..<2)))
        func following(epoch: Int64) -> CommitUnit {
            var unit = CommitUnit()
            unit.advances = [0, 1].map { .init(input: run.input($0), epoch: epoch, watermark: 7, offset: 2) }
            unit.checkpoints = [0, 1].map {
                .init(input: run.input($0), epoch: epoch, offset: 2, layout: 1, users: [], userCount: 0)
            }
            return unit
        }
        func published() throws -> [Int32] {
            try TestBrokers.readAll(run.topics.entities).map { record in
                try (record.key ?? []).withUnsafeBytes { key in
                    try (record.value ?? []).withUnsafeBytes { try EntityRecord(key: key, value: $0) }
                }.input.partition
            }
        }
        try run.settle(.commit(following(epoch: 1)))
        #expect(try published() == [1, 1])
        // Claimed anew, the input is this instance's again.
        try run.settle(.commit(following(epoch: 2)))
        #expect(try published().sorted() == [0, 0, 1, 1, 1, 1])
        try run.finish()
    }

    @Test func whatAFormerOwnerLeftIsPublished() throws {
        let run = try CommitterRun()
        try run.claim(0)
        let connection = try run.database.connect()
        let left = (0..<1203).map { run.alert(0, $0) }
        try AlertStore(connection: connection, schema: SmallModel.schema).insert(left)
        try run.settle(.recover([run.input(0)]))
        #expect(try run.rows(0).published == 1203)
        #expect(try run.reviewed() == left.map(\.id))
        let first = try #require(TestBrokers.readAll(run.topics.review).first?.value)
        let read = try JSONDecoder().decode(ReviewEvent.self, from: Data(first))
        #expect(read == left[0].reviewEvent(schema: SmallModel.schema))
        try run.settle(.recover([run.input(0)]))
        #expect(try run.reviewed().count == 1203)
        try run.finish()
    }

    @Test func deadLettersSayWhereTheyComeFrom() throws {
        let run = try CommitterRun()
        try run.claim(0)
        var unit = run.unit(0, 0..<0)
        unit.steps[0].to = 2
        unit.steps[0].counts = EventCounts(deadLettered: 2)
        for (offset, value) in [(Int64(0), [UInt8](arrayLiteral: 0, 255, 10)), (1, nil)] {
            unit.deadLetters.append(
                .init(
                    source: SourceCoordinates(topic: run.topics.transactions, partition: 0, offset: offset),
                    fault: EventFault(.wrongType, field: "amount", "a number expected"),
                    original: OriginalRecord(key: [1, 254], value: value, timestamp: 5)))
        }
        try run.settle(.commit(unit))
        let letters = try TestBrokers.readAll(run.topics.deadLetters)
        #expect(letters.map(\.value) == [[0, 255, 10], nil] && letters.allSatisfy { $0.key == [1, 254] })
        #expect(letters.map { $0["source_offset"] } == ["0", "1"])
        for letter in letters {
            #expect(letter["reason"] == "wrong_type" && letter["source_partition"] == "0")
            #expect(letter["source_topic"] == run.topics.transactions)
            #expect(letter["detail"] == "wrong_type: field 'amount': a number expected")
        }
        #expect(try run.nextOffset(0) == 2)
        try run.finish()
    }

    @Test func aLostConnectionIsReplaced() throws {
        let run = try CommitterRun()
        try run.claim(0)
        try run.settle(.commit(run.unit(0, 0..<1)))
        try run.database.killConnections()
        try run.settle(.commit(run.unit(0, 1..<3)))
        #expect(try run.rows(0) == ([0, 1, 2], 3) && run.fenced().isEmpty)
        try run.finish()
    }

    /// The connection went with the answer to COMMIT: the unit is found applied, not applied twice, and nobody is fenced.
    @Test func aCommitThatWentThroughUnheardIsNotRepeated() throws {
        let run = try CommitterRun()
        try run.claim(0)
        try run.settle(.commit(run.unit(0, 0..<1)))
        // In the place of the first attempt stands one of the test's own, while the committer's is kept waiting and cut.
        let unit = run.unit(0, 1..<3)
        let connection = try run.database.connect()
        let latch = Latch()
        try connection.transaction { _ in
            #expect(try ProgressStore(connection: connection).move(unit.steps).isEmpty)
            try AlertStore(connection: connection, schema: SmallModel.schema).insert(unit.alerts)
            run.queue.sendNow(.commit(unit))
            run.queue.sendNow(.flush(latch))
            try wait("the committer's attempt") {
                try run.database.killConnections(where: "wait_event_type = 'Lock'") == 1
            }
        }
        try #require(latch.wait(timeout: 600))
        #expect(run.fenced().isEmpty && run.offsets.take() == [run.input(0): 3])
        #expect(try run.rows(0) == ([0, 1, 2], 3))
        #expect(try run.reviewed().count == 3)
        try run.finish()
    }

    /// The connection went while a month's table was being made: its alerts must not end up beside it for that.
    @Test func aMonthCountsAsMadeOnlyOnceItIs() throws {
        let run = try CommitterRun()
        try run.claim(0)
        let connection = try run.database.connect()
        let latch = Latch()
        try connection.transaction { _ in
            try connection.run(script: "LOCK TABLE vigil.alerts IN ACCESS EXCLUSIVE MODE")
            run.queue.sendNow(.commit(run.unit(0, 0..<2)))
            run.queue.sendNow(.flush(latch))
            try wait("the committer's attempt") {
                try run.database.killConnections(where: "wait_event_type = 'Lock'") == 1
            }
        }
        try #require(latch.wait(timeout: 600))
        #expect(try run.rows(0) == ([0, 1], 2))
        #expect(try run.database.number("SELECT count(*) FROM vigil.alerts_default") == 0)
        try run.finish()
    }

    /// A restore point counts once the checkpoint's records are acknowledged, and never passes the progress.
    @Test func checkpointsMoveTheRestorePoint() throws {
        let run = try CommitterRun()
        try run.claim(1)
        let extractor = FeatureExtractor(schema: SmallModel.schema)
        let history = PackedHistory(UserHistory(rawCount: extractor.rawCount, capacity: 7))
        var unit = run.unit(1, 0..<3)
        unit.checkpoints = [
            .init(
                input: run.input(1), epoch: 1, offset: 3, layout: extractor.packedLayout,
                users: [.init(pseudonym: "someone", offset: 2, history: history)], userCount: 1, open: nil)
        ]
        try run.settle(.commit(unit))
        #expect(try run.database.number("SELECT restore_offset FROM vigil.stream_progress") == 3)
        let records = try TestBrokers.readAll(run.topics.sequences)
        #expect(records.map(\.key) == [CheckpointKey(pseudonym: "someone", epoch: 1).encoded])
        let record = try #require(
            try records.first?.value?.withUnsafeBytes {
                try CheckpointRecord(decoding: $0, extractor: extractor, capacity: 7)
            })
        #expect(record == CheckpointRecord(offset: 2, history: history))
        #expect(try TestBrokers.readAll(run.topics.entities).count == 1)
        try run.finish()
    }

    /// Records that are not there say nothing: how many users there must be is noted with the restore point.
    @Test func missingCheckpointsAreNotReliedOn() throws {
        let run = try CommitterRun()
        try run.claim(1)
        let history = PackedHistory(
            UserHistory(rawCount: FeatureExtractor(schema: SmallModel.schema).rawCount, capacity: 7))
        var unit = run.unit(1, 0..<3)
        unit.checkpoints = [
            .init(
                input: run.input(1), epoch: 1, offset: 3,
                layout: FeatureExtractor(schema: SmallModel.schema).packedLayout,
                users: [.init(pseudonym: "someone", offset: 2, history: history)], userCount: 2, open: nil)
        ]
        try run.settle(.commit(unit))
        func expected() throws -> Int64? {
            try ProgressStore(connection: run.database.connect()).claim([run.input(1): 0], owner: "next")[run.input(1)]?
                .restoreUsers
        }
        #expect(try expected() == 2)
        let restorer = SequenceRestorer(
            settings: try TestBrokers.groupSettings(), topic: run.topics.sequences, model: try SmallModel.shared.get(),
            metrics: PipelineMetrics(), logger: .quiet)
        #expect(try restorer.restore([1: 2])[1]?.isTrusted == false)
        #expect(try restorer.restore([1: 1])[1]?.isTrusted == true)
        // Who was forgotten since has none.
        try run.database.connect().run(script: "INSERT INTO vigil.forgotten_users (user_pseudonym) VALUES ('other')")
        #expect(try expected() == 1)
        try run.finish()
    }
}
