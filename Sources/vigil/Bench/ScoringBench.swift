import Dispatch
import Foundation
import Rules
import Scoring
import Sequences
import Synchronization
import Transactions
import Transformer

/// Times decisions on a workload, every user hot and with a full window.
struct ScoringBench {
    let workload: ScoringWorkload
    let users: Int
    let events: Int
    let batch: Int
    let threads: Int
    let precision: CachePrecision
    /// Where the model and scored histories are written for other programs, nil for nowhere.
    var export: String?

    /// One thread's share of the measurement.
    private struct Share {
        /// Seconds of every batch and of its stages, and its events.
        var batches: [Batch] = []
        var flagged = 0
        var bytesPerHotUser = 0
        var bytesPerColdUser = 0

        struct Batch {
            var events: Int
            var seconds: Double
            var encode = 0.0
            var score = 0.0
            var rules = 0.0
            var serialise = 0.0
        }

        var seconds: Double { batches.reduce(0) { $0 + $1.seconds } }
        var events: Int { batches.reduce(0) { $0 + $1.events } }
    }

    func run() throws -> ScoringBenchReport {
        let results = Mutex<[Result<Share, any Error>]>([])
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            let result = Result { try share(of: thread) }
            results.withLock { $0.append(result) }
        }
        let speed = MachineSpeed.measure(threads: threads)
        return report(try results.withLock { try $0.map { try $0.get() } }, speed)
    }

    private func report(_ shares: [Share], _ speed: MachineSpeed) -> ScoringBenchReport {
        let events = shares.reduce(0) { $0 + $1.events }
        func perEvent(_ part: KeyPath<Share.Batch, Double>, _ share: Double) -> Double {
            let each = shares.flatMap(\.batches).map { $0[keyPath: part] / Double($0.events) * 1e6 }.sorted()
            return each.isEmpty ? 0 : each[min(each.count - 1, Int(Double(each.count) * share))]
        }
        let hot = shares.first?.bytesPerHotUser ?? 0
        let arithmetic = 2 * Double(workload.model.configuration.multiplyAddsPerToken) / speed.sgemmGigaflops / 1000
        let memory = Double(hot) / speed.memoryGigabytesPerSecond / 1000
        let floor = max(arithmetic, memory)
        let score = perEvent(\.score, 0.5)
        return ScoringBenchReport(
            eventsPerSecond: shares.reduce(0) { $0 + Double($1.events) / max($1.seconds, 1e-9) },
            microsecondsPerEvent: .init(p50: perEvent(\.seconds, 0.5), p99: perEvent(\.seconds, 0.99)),
            stageMicroseconds: .init(
                encode: perEvent(\.encode, 0.5), score: score, rules: perEvent(\.rules, 0.5),
                serialise: perEvent(\.serialise, 0.5)),
            modelEventsPerSecond: Double(threads) * 1e6 / max(score, 1e-9), floorMicroseconds: floor,
            floorRatio: score / Double(threads) / floor,
            sgemmGflops: speed.sgemmGigaflops, memoryGigabytesPerSecond: speed.memoryGigabytesPerSecond,
            bytesPerHotUser: hot, bytesPerColdUser: shares.first?.bytesPerColdUser ?? 0,
            flagged: shares.reduce(0) { $0 + $1.flagged }, events: events)
    }

    private func share(of thread: Int) throws -> Share {
        let scorer = try Scorer(
            model: workload.model, rules: workload.rules, cacheMemoryBytes: .max / 16,
            cachePrecision: precision)
        let own = users / threads + (thread < users % threads ? 1 : 0)
        let states = (0..<own).map { _ in scorer.newUser() }
        var number = 0
        // Full histories, then one batch for each part of the users to make them hot.
        for _ in 0..<workload.model.historyLength {
            for user in 0..<own {
                scorer.absorb(
                    .init(transaction: workload.transaction(number, user: user), user: states[user]),
                    ledger: workload.ledger)
                number += 1
            }
        }
        var windows = ScoredWindows(tokens: workload.model.historyLength)
        var requests: [Scorer.Request] = []
        for user in 0..<own {
            requests.append(.init(transaction: workload.transaction(number, user: user), user: states[user]))
            number += 1
            guard requests.count == 16 || user == own - 1 else { continue }
            let outcomes = try scorer.score(requests, ledger: workload.ledger)
            if thread == 0, export != nil {
                for (request, outcome) in zip(requests, outcomes) {
                    windows.append(request.user, outcome, workload.model.encoder)
                }
            }
            requests.removeAll(keepingCapacity: true)
        }
        if thread == 0, let export {
            try workload.model.save(to: export)
            try windows.write(to: export)
        }
        return try timed(scorer, states, from: number, events: events / threads)
    }

    private func timed(_ scorer: Scorer, _ states: [UserState], from first: Int, events: Int) throws -> Share {
        var share = Share()
        share.bytesPerHotUser = scorer.bytesPerHotUser
        share.bytesPerColdUser = states.prefix(100).reduce(0) { $0 + $1.coldByteCount } / min(100, states.count)
        let clock = ContinuousClock()
        let times = StageTimes()
        scorer.stageEnded = times.ended
        let encoder = ReviewEventEncoder()
        var bytes: [UInt8] = []
        var requests: [Scorer.Request] = []
        var outcomes: [Scorer.Outcome] = []
        var number = first
        while number < first + events {
            requests.removeAll(keepingCapacity: true)
            while requests.count < batch, number < first + events {
                let user = Int(ScoringWorkload.pick(number, 80, below: UInt64(states.count)))
                requests.append(.init(transaction: workload.transaction(number, user: user), user: states[user]))
                number += 1
            }
            let start = clock.now
            times.begin()
            try scorer.score(requests, ledger: workload.ledger, into: &outcomes)
            let end = clock.now
            var measured = Share.Batch(events: requests.count, seconds: (end - start) / .seconds(1))
            (measured.encode, measured.score, measured.rules) = (times.encode, times.score, times.rules)
            bytes.removeAll(keepingCapacity: true)
            for (request, outcome) in zip(requests, outcomes) {
                guard case .scored(let decision, _) = outcome else { continue }
                if decision.disposition != .allow { share.flagged += 1 }
                let alert = Alert(
                    transaction: request.transaction, pseudonym: request.transaction.user, decision: decision,
                    source: SourceCoordinates(topic: "bench", partition: 0, offset: Int64(number)),
                    scoredAt: request.transaction.time, modelHash: scorer.model.hash, rulesHash: scorer.rules.hash)
                encoder.append(alert.reviewEvent(schema: scorer.model.encoder.schema), to: &bytes)
            }
            measured.serialise = (clock.now - end) / .seconds(1)
            share.batches.append(measured)
        }
        return share
    }
}
