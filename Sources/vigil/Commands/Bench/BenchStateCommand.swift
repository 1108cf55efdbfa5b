import ArgumentParser
import Foundation
import Scoring
import Sequences

/// `vigil bench state`: what so many users take in memory.
struct BenchStateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Fills memory with users, all with full histories, some of them hot.",
        discussion: "2 layers, 64 wide, window 64. Prints the process's own peak, not an estimate.")

    @Option(help: "Users with a full history.")
    var users = 1_000_000

    @Option(help: "Users of these that are hot.")
    var hot = 50_000

    @OptionGroup var caches: CacheOptions
    @OptionGroup var output: JSONOption

    /// What the command prints.
    private struct Report: Encodable {
        var users: Int
        var hot: Int
        var bytesPerHotUser: Int
        /// The open history of a hot user, beside its keys and values.
        var bytesPerOpenHistory: Int
        var bytesPerColdUser: Int
        var peakBytes: Int
        /// Making a cold user hot, its first decision included.
        var warmMicroseconds: Double
    }

    func validate() throws {
        guard (1...100_000_000).contains(users), (0...users).contains(hot) else {
            throw ValidationError("--users must be positive, --hot at most as many")
        }
    }

    func run() throws {
        let workload = try ScoringWorkload(layers: 2, width: 64, heads: 4, window: 64, feedForward: 256)
        let scorer = try Scorer(
            model: workload.model, rules: workload.rules, cacheMemoryBytes: .max / 16,
            cachePrecision: caches.cachePrecision)
        var states = cold(try histories(workload), scorer)
        let warm = try makeHot(&states, scorer, workload)
        let coldCount = max(1, min(1000, users - hot))
        let report = Report(
            users: users, hot: scorer.hotCount, bytesPerHotUser: scorer.bytesPerHotUser,
            bytesPerOpenHistory: (scorer.hotBytes - scorer.hotCount * scorer.bytesPerHotUser) / max(1, scorer.hotCount),
            bytesPerColdUser: states.suffix(coldCount).reduce(0) { $0 + $1.coldByteCount } / coldCount,
            peakBytes: ProcessUsage(of: getpid()).peakBytes, warmMicroseconds: warm)
        if output.json { return try Terminal.json(report) }
        Terminal.data("\(report.users) users, \(report.hot) of them hot: \(report.peakBytes >> 20) MiB at the peak")
        Terminal.data(
            "hot user \(report.bytesPerHotUser) bytes and \(report.bytesPerOpenHistory) of history, cold user "
                + "\(report.bytesPerColdUser) bytes; to warm one \(Int(report.warmMicroseconds)) µs")
    }

    /// Full histories of a thousand users, for the rest to have their like.
    private func histories(_ workload: ScoringWorkload) throws -> [UserHistory] {
        let scorer = try Scorer(model: workload.model, rules: workload.rules)
        let states = (0..<min(users, 1000)).map { _ in scorer.newUser() }
        for number in 0..<states.count * workload.model.historyLength {
            let user = number % states.count
            scorer.absorb(
                .init(transaction: workload.transaction(number * 20, user: user), user: states[user]),
                ledger: workload.ledger)
        }
        return states.map(\.history)
    }

    private func cold(_ histories: [UserHistory], _ scorer: Scorer) -> [UserState] {
        let bar = Progress("Packing", total: users)
        var states: [UserState] = []
        states.reserveCapacity(users)
        for user in 0..<users {
            states.append(scorer.user(from: PackedHistory(histories[user % histories.count]), newestOffset: 0))
            if user % 10_000 == 0 { bar.update(user, "users") }
        }
        bar.finish("\(users) users")
        return states
    }

    /// One decision of each user that is to be hot; returns microseconds a user.
    private func makeHot(_ states: inout [UserState], _ scorer: Scorer, _ workload: ScoringWorkload) throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var requests: [Scorer.Request] = []
        for user in 0..<hot {
            let number = users * workload.model.historyLength + user
            requests.append(.init(transaction: workload.transaction(number, user: user), user: states[user]))
            guard requests.count == 64 || user == hot - 1 else { continue }
            _ = try scorer.score(requests, ledger: workload.ledger)
            requests.removeAll(keepingCapacity: true)
        }
        return (clock.now - start) / .seconds(1) * 1e6 / Double(max(1, hot))
    }
}
