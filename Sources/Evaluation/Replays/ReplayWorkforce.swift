internal import Dispatch
internal import Scoring
internal import Sequences

/// The shards and the threads that work on them, one block at a time while the owner prepares the next.
///
/// `@unchecked Sendable`: between `begin` and `finish` only the threads touch the shards, each whole shards, and the ledgers;
/// the owner touches what is to be done next and what was made of the block before.
final class ReplayWorkforce: @unchecked Sendable {
    private let shards: [ReplayShard]
    private let workers: Int
    private let queue = DispatchQueue(label: "vigil.replay.scoring")
    private let done = DispatchSemaphore(value: 0)
    private var isAtWork = false
    /// (shards, items) of the next block.
    private var waiting: [[ReplayShard.Item]]
    /// (shards, entrants, scored items) of the last block finished.
    private var outcomes: [[[Scorer.Outcome]]]
    /// Held only while there is work, so that the owner's ledgers are then its own to change.
    private var ledgers: [EntityLedger] = []

    init(_ shards: [ReplayShard], workers: Int) {
        self.shards = shards
        self.workers = max(1, workers)
        waiting = Array(repeating: [], count: shards.count)
        outcomes = shards.map { Array(repeating: [], count: $0.outcomes.count) }
    }

    /// Adds an item to the next block.
    func add(_ item: ReplayShard.Item, to shard: Int) { waiting[shard].append(item) }

    /// Begins to score what was added; the block before must be finished.
    func begin(_ ledgers: [EntityLedger]) {
        for shard in shards.indices { swap(&shards[shard].items, &waiting[shard]) }
        self.ledgers = ledgers
        isAtWork = true
        queue.async { [self] in
            ParallelWork.run(count: shards.count, threads: workers) { _, shard in
                if !self.shards[shard].items.isEmpty { self.shards[shard].process(self.ledgers) }
            }
            self.ledgers = []
            done.signal()
        }
    }

    /// Waits for the block at work, if there is one; its outcomes can then be collected until the next is finished.
    ///
    /// - Throws: what made scoring impossible.
    func finish() throws {
        guard isAtWork else { return }
        done.wait()
        isAtWork = false
        if let fault = shards.lazy.compactMap(\.fault).first { throw fault }
        for shard in shards.indices { shards[shard].handOver(&outcomes[shard]) }
    }

    /// What each entrant made of a scored item of the last block finished.
    func collect(shard: Int, position: Int, into outcomes: inout [Scorer.Outcome]) {
        for ofEntrant in self.outcomes[shard] { outcomes.append(ofEntrant[position]) }
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
