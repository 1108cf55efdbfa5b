internal import Kafka
internal import Logging
internal import Postgres
internal import Sequences
internal import Transactions

/// Takes assigned partitions over: claims them in PostgreSQL, reads their state back, says where to go on reading.
///
/// Owned by the intake's thread.
final class Claimer {
    private let settings: PostgresSettings
    private let topics: TopicNames
    private let owner: String
    private let restorer: SequenceRestorer
    private let stopping: StopFlag
    private let logger: Logger

    init(
        settings: PostgresSettings, topics: TopicNames, owner: String, restorer: SequenceRestorer, stopping: StopFlag,
        logger: Logger
    ) {
        self.settings = settings
        self.topics = topics
        self.owner = owner
        self.restorer = restorer
        self.stopping = stopping
        self.logger = logger
    }

    /// Claims the partitions; nobody else's commits for them succeed from here on. Nil where the service stops meanwhile.
    func claim(_ inputs: [TopicPartition], consumer: KafkaConsumer, entities: EntityReader) throws -> [InputClaim]? {
        var ranges: [TopicPartition: Range<Int64>] = [:]
        for input in inputs { ranges[input] = try consumer.watermarks(of: input, timeoutMilliseconds: 10_000) }
        guard let rows = try claimRows(ranges.mapValues(\.lowerBound)) else { return nil }
        let transactionInputs = inputs.filter { $0.topic == topics.transactions }
        let sequences = try restorer.restore(
            Dictionary(uniqueKeysWithValues: transactionInputs.map { ($0.partition, rows[$0]?.restoreUsers ?? 0) }))
        return try inputs.map { input in
            guard let row = rows[input], var range = ranges[input] else {
                throw PipelineFault.claimFailed(topic: input.topic, partition: input.partition)
            }
            if row.nextOffset > range.upperBound {
                // Its former owner went on after the range was asked for.
                range = try consumer.watermarks(of: input, timeoutMilliseconds: 10_000)
            }
            guard row.nextOffset <= range.upperBound else {
                throw PipelineFault.progressBeyondTopic(
                    topic: input.topic, partition: input.partition, next: row.nextOffset, end: range.upperBound)
            }
            let isTransactions = input.topic == topics.transactions
            var claim = InputClaim(
                input: input, kind: isTransactions ? .transactions : .labels, epoch: row.epoch,
                nextOffset: row.nextOffset, restoreOffset: range.lowerBound, poisoned: row.poisoned)
            claim.days = row.days
            claim.aggregateStarts = row.aggregateStarts
            restore(
                &claim, row: row, oldest: range.lowerBound, entities: entities, sequences: sequences[input.partition])
            if isTransactions { claim.decisions = try decisions(of: claim) }
            return claim
        }
    }

    /// What was decided on the events that will be taken in again: what their alerts say, and nothing for all others.
    private func decisions(of claim: InputClaim) throws -> [Int64: Disposition] {
        guard claim.restoreOffset < claim.nextOffset else { return [:] }
        let connection = try PostgresConnection(settings, logger: logger)
        defer { connection.close() }
        return try AlertStore.decisions(
            on: claim.input, from: claim.restoreOffset, to: claim.nextOffset, connection: connection)
    }

    /// Waits for PostgreSQL where it is away for a while: without the claim there is nothing to do.
    private func claimRows(_ starts: [TopicPartition: Int64]) throws -> [TopicPartition: ProgressStore.Claim]? {
        var backoff = Backoff()
        while true {
            switch attemptClaim(starts) {
            case .success(let rows): return rows
            case .failure(let error):
                guard error.isRetriable else { throw error }
                if stopping.isStopping { return nil }
                logger.warning("PostgreSQL: trying again to claim", metadata: ["error": "\(error)"])
            }
            stopping.wait(upTo: backoff.next())
        }
    }

    private func attemptClaim(
        _ starts: [TopicPartition: Int64]
    ) -> Result<[TopicPartition: ProgressStore.Claim], PostgresError> {
        Result { () throws(PostgresError) in
            let connection = try PostgresConnection(settings, logger: logger)
            defer { connection.close() }
            return try ProgressStore(connection: connection).claim(starts, owner: owner)
        }
    }

    /// Uses the checkpoints. Where they cannot all be relied on the input is read again from its oldest record, which
    /// those users take part in whose checkpoint is not sound: the others have what they had, also where the input no
    /// longer does.
    private func restore(
        _ claim: inout InputClaim, row: ProgressStore.Claim, oldest: Int64, entities: EntityReader,
        sequences: SequenceRestorer.Partition?
    ) {
        let isTransactions = claim.kind == .transactions
        let (open, missing) = (entities.open[claim.input], entities.missingParts(of: claim.input))
        let users = isTransactions ? sequences?.users ?? [:] : [:]
        claim.restored.users = users.filter { $0.value.offset < row.nextOffset }
        claim.restored.publishedEnds = entities.ends[claim.input] ?? []
        let isAhead = claim.restored.users.count < users.count
        let areUsersTrusted = !isTransactions || sequences?.isTrusted == true
        if let open, open.offset <= row.nextOffset { claim.restored.open = (open.part, open.offset) }
        claim.restored.makesPartsAgain = !entities.isComplete || missing > 0 || claim.restored.open == nil
        if !claim.restored.makesPartsAgain, !isAhead, areUsersTrusted, let open {
            claim.restoreOffset = max(oldest, min(row.restoreOffset, open.offset))
        } else if open == nil, row.restoreUsers != nil {
            entities.reportMissingOpenPart(of: claim.input)
        }
        if row.nextOffset < oldest {
            logger.error(
                "Events were deleted from the topic before they were decided",
                metadata: ["partition": "\(claim.input)", "next": "\(row.nextOffset)", "oldest": "\(oldest)"])
        } else if oldest > 0, claim.restoreOffset == oldest, row.nextOffset > oldest {
            logger.warning(
                "The input's oldest records are gone; what rested on them cannot be restored",
                metadata: ["partition": "\(claim.input)", "oldest": "\(oldest)", "next": "\(row.nextOffset)"])
        }
        logger.info(
            "Claimed",
            metadata: [
                "partition": "\(claim.input)", "epoch": "\(claim.epoch)", "next": "\(row.nextOffset)",
                "restoring_from": "\(claim.restoreOffset)", "users": "\(claim.restored.users.count)",
            ])
    }
}
