import Kafka
import Rules
import Scoring
import Sequences
import Testing
import Transactions

@testable import Pipeline

/// The same events give the same decisions, however they arrive and whatever happened in between.
@Suite(.ownThread) struct DeterminismTests {
    /// Which alerts there are and all that was decided on each.
    private func verdicts(_ alerts: [Alert]) -> [String: Decision] {
        Dictionary(alerts.map { ($0.id, $0.decision) }) { first, _ in
            Issue.record("an alert was made twice")
            return first
        }
    }

    @Test(arguments: 1...4) func batchesAndInterleavingDoNotMatter(seed: UInt64) throws {
        let feeds = Feeds.population(seed: seed, partitions: 3, disorder: true)
        let reference = try ProcessorRun.decide(feeds)
        // A small cache as well: keys and values are dropped and rebuilt all the time.
        let run = try ProcessorRun(cacheMemoryBytes: 4000)
        run.claim(feeds.keys.sorted().map { .new($0) })
        for batch in Feeds.shuffled(feeds, seed: seed) { run.send(batch.input, batch.events, isLast: batch.isLast) }
        let output = try run.finish { $0.reached(feeds) }
        let counts = feeds.keys.map { output.counts(of: $0) }
        #expect(counts == feeds.keys.map { reference.counts(of: $0) })
        #expect(
            counts.allSatisfy { $0.scored > 0 } && counts.contains { $0.duplicates > 0 && $0.late > 0 && $0.gaps > 0 })
        #expect(verdicts(output.alerts) == verdicts(reference.alerts))
    }

    /// Entity risk is the only thing that partitions share: it must not depend on how they interleave.
    @Test(arguments: [11, 12] as [UInt64]) func partitionCountDoesNotMatter(seed: UInt64) throws {
        let single = Feeds.population(seed: seed, partitions: 1, disorder: false)
        let one = try ProcessorRun.decide(single)
        let four = Feeds.population(seed: seed, partitions: 4, disorder: false)
        let run = try ProcessorRun()
        run.claim(four.keys.sorted().map { .new($0) })
        for batch in Feeds.shuffled(four, seed: seed) { run.send(batch.input, batch.events, isLast: batch.isLast) }
        let spread = try run.finish { $0.reached(four) }.decisions()
        #expect(spread == one.decisions() && spread.count == 1000)
        // Labels reach the scores through entity risk; without them the scores differ, so the test sees it.
        var unlabelled = single
        unlabelled[Feeds.labels] = []
        let blind = try ProcessorRun.decide(unlabelled.filter { $0.key != Feeds.labels }).decisions()
        #expect(blind.filter { spread[$0.key]?.modelScore != $0.value.modelScore }.count > 100)
    }

    /// Stopped somewhere in the middle and started again, from the checkpoint, from an older one, with a
    /// restore point that has not caught up with its checkpoint, from some of the users' checkpoints,
    /// without some parts of closed buckets, or from nothing.
    @Test(arguments: [Restart.newest, .older, .unmoved, .someUsers, .someParts, .nothing], [21, 22] as [UInt64])
    func aRestartDoesNotMatter(_ restart: Restart, seed: UInt64) throws {
        let feeds = Feeds.population(seed: seed, partitions: 3, disorder: true)
        let undisturbed = try ProcessorRun.decide(feeds, rules: ProcessorRun.flagAndHold)
        let first = try ProcessorRun(rules: ProcessorRun.flagAndHold, checkpointIntervalMilliseconds: 400)
        first.claim(feeds.keys.sorted().map { .new($0) })
        let half = feeds.mapValues { Array($0.prefix($0.count * 6 / 10)) }
        for batch in Feeds.shuffled(half, seed: seed) { first.send(batch.input, batch.events) }
        let before = try first.finish { $0.units.flatMap(\.steps).map(\.counts.scored).reduce(0, +) > 800 }
        #expect(before.units.flatMap(\.checkpoints).count > 4)

        let after = try restart.finish(feeds, after: before, rules: ProcessorRun.flagAndHold)
        #expect(after.units.flatMap(\.steps).allSatisfy { $0.from >= before.positions[$0.input] ?? 0 })
        #expect(verdicts(before.alerts + after.alerts) == verdicts(undisturbed.alerts))
        let hits = undisturbed.alerts.flatMap(\.decision.hits)
        #expect(hits.contains { $0.state == .held } && hits.contains { $0.rule == "turns" && $0.state == .active })
        #expect(
            before.units.flatMap(\.deadLetters).count + after.units.flatMap(\.deadLetters).count
                == undisturbed.units.flatMap(\.deadLetters).count)
        // What others know of a bucket stays: its part is published once, however often it is made.
        if ![.nothing, .someParts].contains(restart) {
            let parts = (before.units + after.units).flatMap(\.advances).filter { $0.part != nil }
            #expect(Set(parts.map { "\($0.input) \($0.part?.bucket ?? 0)" }).count == parts.count)
        }
        for input in feeds.keys {
            var counts = before.counts(of: input)
            counts.add(after.counts(of: input))
            #expect(counts == undisturbed.counts(of: input))
        }
    }

    enum Restart: Sendable {
        case newest, older, unmoved, someUsers, someParts, nothing

        /// What a processor that starts then makes of the rest.
        func finish(
            _ feeds: [TopicPartition: [IncomingEvent]], after output: ProcessorRun.Output, rules: String
        ) throws -> ProcessorRun.Output {
            let run = try ProcessorRun(rules: rules)
            let parts = output.closedParts.filter { self != .someParts || $0.part.map { $0.bucket % 3 > 0 } ?? false }
            run.inbox.sendNow(.remote(parts))
            let claims = try feeds.keys.sorted().map { try claim(of: $0, after: output) }
            run.claim(claims)
            for claim in claims {
                let rest = (feeds[claim.input] ?? []).filter { $0.offset >= claim.restoreOffset }
                run.send(claim.input, rest, isLast: true)
            }
            return try run.finish { $0.reached(feeds) }
        }

        /// The claim that the intake would make from what the first run left in the topics.
        func claim(of input: TopicPartition, after output: ProcessorRun.Output) throws -> InputClaim {
            var claim = InputClaim.new(input)
            claim.nextOffset = output.positions[input] ?? 0
            claim.days = output.units.flatMap(\.steps).last { $0.input == input }?.days ?? .init()
            claim.aggregateStarts = output.units.compactMap { $0.aggregateStarts[input] }.last
            for alert in output.alerts where alert.source.input == input {
                let held = alert.decision.hits.first { $0.state == .held }?.held
                claim.decisions[alert.source.offset] = held ?? alert.decision.disposition
            }
            var checkpoints = output.units.flatMap(\.checkpoints).filter { $0.input == input }
            if self == .older { checkpoints = Array(checkpoints.prefix(max(1, checkpoints.count / 2))) }
            guard self != .nothing, let newest = checkpoints.last else { return claim }
            let extractor = try SmallModel.shared.get().encoder.extractor
            for user in checkpoints.flatMap(\.users) {
                let record = CheckpointRecord(offset: user.offset, history: user.history, profile: user.profile)
                let read = try record.encoded(layout: newest.layout).withUnsafeBytes {
                    try CheckpointRecord(
                        decoding: $0, extractor: extractor, capacity: SmallModel.shared.get().historyLength)
                }
                claim.restored.users[Text(user.pseudonym)] = .init(
                    history: read.history, profile: try UserProfile(decoding: read.profile), offset: read.offset)
            }
            claim.restored.publishedEnds = Set(
                output.units.flatMap(\.advances).filter { $0.input == input }.compactMap(\.part)
                    .filter { self != .someParts || $0.bucket % 3 > 0 }
                    .map { ($0.bucket + 1) * EventTime.millisecondsPerHour })
            claim.restored.open = (newest.open, newest.offset)
            claim.restored.makesPartsAgain = self == .someParts
            if self == .someUsers {
                claim.restored.users = claim.restored.users.filter { $0.key.string.utf8.reduce(0, &+) % 2 == 0 }
            }
            if [.someUsers, .someParts].contains(self) { return claim }
            claim.restoreOffset = self == .unmoved ? checkpoints[checkpoints.count / 2].offset : newest.offset
            return claim
        }
    }
}

extension ProcessorRun.Output {
    /// What the entities topic would hold.
    var closedParts: [RemotePart] {
        units.flatMap(\.advances).map {
            RemotePart(input: $0.input, part: $0.part, watermark: $0.watermark, idleAt: $0.isIdle ? $0.offset : nil)
        }
    }
}
