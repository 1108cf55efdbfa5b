internal import CoreMetrics
internal import Kafka
internal import Sequences
internal import Transactions

extension Committer {
    /// Publishes an alert; its row is marked once the topic has acknowledged.
    func publish(_ event: ReviewEvent) throws {
        var value: [UInt8] = []
        encoder.append(event, to: &value)
        reviewsInFlight += 1
        try send(
            Publisher.Outgoing(
                topic: topics.review, partition: nil, key: Array(event.user.utf8), value: value,
                headers: [KafkaHeader(name: "alert_id", text: event.alertID)],
                timestamp: event.eventTime.milliseconds,
                effect: .published(alertID: event.alertID, eventTime: event.eventTime.milliseconds)))
    }

    /// Dead letters go out before the commit that counts them, so none is lost; a crash between may repeat one.
    func publishDeadLetters(_ letters: [CommitUnit.DeadLetter]) throws {
        guard !letters.isEmpty else { return }
        for letter in letters {
            try send(
                Publisher.Outgoing(
                    topic: topics.deadLetters, partition: nil, key: letter.original.key, value: letter.original.value,
                    headers: [
                        KafkaHeader(name: "reason", text: letter.fault.kind.rawValue),
                        KafkaHeader(name: "detail", text: letter.fault.description),
                        KafkaHeader(name: "source_topic", text: letter.source.topic),
                        KafkaHeader(name: "source_partition", text: String(letter.source.partition)),
                        KafkaHeader(name: "source_offset", text: String(letter.source.offset)),
                    ],
                    timestamp: letter.original.timestamp, effect: .nothing))
        }
        while !publisher.isIdle && !stopping.isOverdue {
            try publisher.collect(timeoutMilliseconds: 50) { take($0) }
        }
        guard publisher.isIdle else { throw PipelineFault.deadLettersUnacknowledged(letters.count) }
    }

    /// Publishes closed buckets and checkpoints that the commit covers.
    func publishState(of unit: CommitUnit) throws {
        for advance in unit.advances {
            try send(
                EntityRecord(
                    input: advance.input, kind: .closed, isIdle: advance.isIdle, offset: advance.offset,
                    watermark: advance.watermark, bucketMilliseconds: schema.entityBucketMilliseconds,
                    part: advance.part))
        }
        for checkpoint in unit.checkpoints { try publish(checkpoint) }
        for tombstone in unit.tombstones { try erase(tombstone.keys, of: tombstone.input) }
    }

    /// Writes tombstones over checkpoints.
    func erase(_ keys: [CheckpointKey], of input: TopicPartition) throws {
        for key in keys {
            try send(
                Publisher.Outgoing(
                    topic: topics.sequences, partition: input.partition, key: key.encoded, value: nil,
                    effect: .nothing))
        }
    }

    private func publish(_ checkpoint: CommitUnit.Checkpoint) throws {
        let group = nextGroup
        nextGroup += 1
        checkpointGroups[group] = CheckpointGroup(
            input: checkpoint.input, epoch: checkpoint.epoch, offset: checkpoint.offset,
            userCount: checkpoint.userCount, unacknowledged: checkpoint.users.count + 1)
        for user in checkpoint.users {
            try send(
                Publisher.Outgoing(
                    topic: topics.sequences, partition: checkpoint.input.partition,
                    key: CheckpointKey(pseudonym: user.pseudonym, epoch: checkpoint.epoch).encoded,
                    value: CheckpointRecord(offset: user.offset, history: user.history, profile: user.profile)
                        .encoded(layout: checkpoint.layout),
                    effect: .checkpointed(group: group)))
            if let former = user.formerEpoch, former != checkpoint.epoch {
                checkpointGroups[group]?.superseded.append(CheckpointKey(pseudonym: user.pseudonym, epoch: former))
            }
        }
        // Last, so that its acknowledgement in the same partition follows those of the closed parts before it.
        try send(
            EntityRecord(
                input: checkpoint.input, kind: .open, offset: checkpoint.offset,
                watermark: checkpoint.open?.bucket ?? 0, bucketMilliseconds: schema.entityBucketMilliseconds,
                part: checkpoint.open, closedParts: Int64(checkpoint.closedParts)),
            effect: .checkpointed(group: group))
        metrics.checkpointedUsers.increment(by: Int64(checkpoint.users.count))
    }

    private func send(_ record: EntityRecord, effect: Publisher.Effect = .nothing) throws {
        try send(
            Publisher.Outgoing(
                topic: topics.entities, partition: record.input.partition % entityPartitions, key: record.key,
                value: record.encoded(), effect: effect))
    }

    private func send(_ record: Publisher.Outgoing) throws {
        try publisher.send(record) { take($0) }
    }
}
