internal import Scoring
internal import Sequences

/// The shards and the threads that work on them.
///
/// `@unchecked Sendable`: while threads are at work each takes whole shards, the ledgers do not change, and the owner waits.
final class ReplayWorkforce: @unchecked Sendable {
    private let shards: [ReplayShard]
    private let workers: Int

    init(_ shards: [ReplayShard], workers: Int) {
        self.shards = shards
        self.workers = max(1, workers)
    }

    func add(_ item: ReplayShard.Item, to shard: Int) { shards[shard].items.append(item) }

    /// Scores what was added; returns when all shards are done.
    func score(_ ledgers: [EntityLedger]) throws {
        ParallelWork.run(count: shards.count, threads: workers) { _, shard in
            if !self.shards[shard].items.isEmpty { self.shards[shard].process(ledgers) }
        }
        if let fault = shards.lazy.compactMap(\.fault).first { throw fault }
    }

    /// What each entrant made of a scored item.
    func collect(shard: Int, position: Int, into outcomes: inout [Scorer.Outcome]) {
        for ofEntrant in shards[shard].outcomes { outcomes.append(ofEntrant[position]) }
    }

    /// The champion's features by name.
    var featureNames: [String] { shards.first?.featureNames ?? [] }

    /// What the shards counted, summed; nil where nothing was to be counted.
    func drift(featureNames: [String]) -> ReplayDrift? {
        guard var sum = shards.first?.drift else { return nil }
        for shard in shards.dropFirst() { if let counted = shard.drift { sum.add(counted) } }
        var drift = ReplayDrift()
        for (field, name) in featureNames.enumerated() {
            drift.features.append(
                ReplayDrift.Feature(name: name, before: sum.before[field], during: sum.during[field]))
        }
        drift.scoresBefore = sum.scoresBefore
        return drift
    }
}
