internal import Kafka
internal import Logging
internal import Scoring
internal import Transactions

extension Processor {
    /// A batch could not be scored, and its users' histories hold it already: everything undecided is forgotten and
    /// claimed anew; the batch's events are then scored one by one.
    func startOver(_ error: any Error) {
        logger.warning(
            "Scoring failed; its events will be tried one by one",
            metadata: ["events": "\(failed.count)", "error": "\(error)"])
        for event in failed { suspects[event.input, default: []].insert(event.offset) }
        let epochs = workers.mapValues(\.claim.epoch)
        pending = CommitUnit()
        tried.removeAll()
        discardUndecided()
        drop(Array(workers.keys))
        claimAgain(CommittedOffsets.ClaimAgain(epochs: epochs, suspects: suspects))
    }

    /// What was tried alone in a batch that came through need not be tried so again.
    func settleSuspects() {
        for event in tried { suspects[event.input]?.remove(event.offset) }
        tried.removeAll(keepingCapacity: true)
        if !suspects.isEmpty { suspects = suspects.filter { !$1.isEmpty } }
    }

    /// Drops the state of users who asked for it; what they do from now on starts a new history.
    func forget(_ pseudonyms: Set<Text>) {
        for (input, worker) in workers {
            for id in worker.ids(of: pseudonyms) { for shadow in shadows { shadow.drop(id, of: input) } }
            for (pseudonym, epochs) in worker.forget(pseudonyms, scorer: scorer) {
                pending.tombstones.append(
                    CommitUnit.Tombstone(
                        input: input, keys: epochs.map { CheckpointKey(pseudonym: pseudonym.string, epoch: $0) }))
            }
        }
    }
}
