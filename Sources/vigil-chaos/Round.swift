import Foundation
import Kafka
import Postgres

/// One round: a stage, a fleet, a feed, and disturbances while it is worked on.
struct Round {
    /// Longest wait, once everything is calm, until everything is decided and published.
    static let patience = 180.0

    let name: String
    let seed: UInt64
    let feed: Feed
    let stage: Stage
    let fleet: Fleet
    private let started = Date()

    init(_ order: RoundOrder, server: ThrowawayServer, files: RunFiles) throws {
        (name, seed, feed) = (order.name, order.seed, order.feed)
        let directory = try files.directory(of: name)
        let stage = try Stage(server: server, name: name)
        self.stage = stage
        fleet = try Fleet(size: order.size, binary: files.binary, directory: directory) { owner in
            stage.environment(model: files.model, rules: files.rules, owner: owner, cooperative: order.isCooperative)
        }
    }

    /// Everything decided by one processor that nobody disturbs: the scores that every round must give.
    func undisturbed() throws -> (Verdict, [String: Observation.Alert]) {
        let publisher = try FeedPublisher(feed, to: stage.broker.settings, seconds: 3)
        while !publisher.isDone {
            try publisher.step()
            usleep(1000)
        }
        var verdict = try finish(takeovers: 0, kills: 0, reference: nil)
        let seen = try Observation(of: stage)
        if verdict.0.reviewDuplicates > 0 { verdict.0.findings.append("duplicates without a disturbance") }
        try stage.clear()
        return (verdict.0, Dictionary(seen.alerts.values.map { ($0.transaction, $0) }) { first, _ in first })
    }

    /// Disturbs the fleet while the feed goes out, then waits for calm and judges.
    ///
    /// - Parameter seconds: how long the feed goes out; at least `kills` processors are killed meanwhile.
    func disturbed(seconds: Double, kills: Int, reference: [String: Observation.Alert]) throws -> Verdict {
        var random = SeededGenerator(seed: seed)
        let disturber = Disturber(stage, fleet) { say($0) }
        let publisher = try FeedPublisher(feed, to: stage.broker.settings, seconds: seconds)
        try waitForFirstDecision(publisher, disturber)
        var next = Date()
        var held: Disturbance?
        let end = Date(timeIntervalSinceNow: seconds)
        while !publisher.isDone || Date() < end || disturber.kills < kills {
            // The embedded broker stores a batch again whose answer was cut off, where Kafka knows its sequence number. Twice
            // as many transactions would rightly change scores, so the feed is acknowledged before connections are cut.
            if let cut = held, publisher.isQuiet {
                try disturber.perform(cut)
                held = nil
            }
            if held == nil { try publisher.step() } else { try publisher.collect() }
            try disturber.step()
            if Date() >= next, held == nil, !disturber.isInAmbush {
                let left = end.timeIntervalSinceNow
                let mustKill = disturber.kills < kills && left < Double(kills - disturber.kills) * 1.5
                let chosen = Disturbance.next(members: fleet.members.count, mustKill: mustKill, &random)
                if chosen.cutsConnections { held = chosen } else { try disturber.perform(chosen) }
                next = Date(timeIntervalSinceNow: .random(in: 0.3...1.8, using: &random))
            }
            usleep(2000)
        }
        say("calm")
        try disturber.calm()
        let (verdict, _) = try finish(takeovers: disturber.takeovers, kills: disturber.kills, reference: reference)
        try stage.clear()
        return verdict
    }

    /// A round that disturbs only processors still waiting for their group would prove little.
    private func waitForFirstDecision(_ publisher: FeedPublisher, _ disturber: Disturber) throws {
        let connection = try PostgresConnection(stage.database)
        defer { connection.close() }
        let end = Date(timeIntervalSinceNow: 60)
        while try Observation.progress(connection).next == 0 {
            guard Date() < end else { throw ChaosFault("\(name): nothing was decided within 60 s") }
            try publisher.step()
            try disturber.step()
            usleep(20_000)
        }
    }

    private func finish(
        takeovers: Int, kills: Int, reference: [String: Observation.Alert]?
    ) throws -> (Verdict, seconds: Double) {
        let calm = Date()
        let total = try Observation.offsets(stage)
        let connection = try PostgresConnection(stage.database)
        defer { connection.close() }
        var isDone = false
        while !isDone, Date().timeIntervalSince(calm) < Self.patience {
            try fleet.notice()
            isDone =
                try Observation.progress(connection).next >= total && Observation.unpublished(connection) == 0
            usleep(50_000)
        }
        let seconds = Date().timeIntervalSince(calm)
        if total != feed.records.count { say("the topics hold \(total) records, the feed \(feed.records.count)") }
        try fleet.stopAll()
        let seen = try Observation(of: stage)
        var verdict = Verdict(seen, of: feed, takeovers: takeovers, kills: kills, reference: reference)
        if !isDone { verdict.findings.append("not everything was decided within \(Int(Self.patience)) s of calm") }
        verdict.findings += fleet.deaths
        verdict.knownAborts = fleet.knownAborts
        verdict.findings = verdict.findings.map { "\(name): \($0)" }
        say(
            String(
                format:
                    "%@: %d of %d alerts, %d kills, %d disturbances, caught up %.1f s after calm, %d review duplicates",
                verdict.isClean ? "passed" : "FAILED", seen.alerts.count, verdict.expected, kills, takeovers, seconds,
                verdict.reviewDuplicates))
        return (verdict, seconds)
    }

    private func say(_ text: String) {
        Chaos.say(String(format: "%@ %6.1f s  %@", name, Date().timeIntervalSince(started), text))
    }
}
