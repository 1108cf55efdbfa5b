internal import CoreMetrics
internal import Dispatch
internal import Transactions

/// The service's metric handles, made once.
struct PipelineMetrics: Sendable {
    let scoredEvents = Counter(label: "vigil_events_scored_total")
    let duplicateEvents = Counter(label: "vigil_events_duplicate_total")
    let deadLetteredEvents = Counter(label: "vigil_events_dead_lettered_total")
    let consumedOffsets = Counter(label: "vigil_offsets_consumed_total")
    let gapOffsets = Counter(label: "vigil_offsets_gap_total")
    let lateEvents = Counter(label: "vigil_events_late_total")
    let eventsBehindBucket = Counter(label: "vigil_events_behind_bucket_total")
    let strayUsers = Counter(label: "vigil_users_in_two_partitions_total")
    let decisions = Dictionary(
        uniqueKeysWithValues: Disposition.allCases.map {
            ($0, Counter(label: "vigil_decisions_total", dimensions: [("decision", $0.rawValue)]))
        })
    let alerts = Counter(label: "vigil_alerts_committed_total")
    let published = Counter(label: "vigil_review_events_acknowledged_total")
    let commits = Counter(label: "vigil_commits_total")
    let commitRetries = Counter(label: "vigil_commit_retries_total")
    let fencedInputs = Counter(label: "vigil_fenced_partitions_total")
    let checkpointedUsers = Counter(label: "vigil_checkpointed_users_total")
    let restoreLeft = Gauge(label: "vigil_restore_events_left")
    let missingCheckpoints = Counter(label: "vigil_checkpoints_missing_total")
    let missingEntityParts = Counter(label: "vigil_entity_parts_missing_total")
    let badCheckpointRecords = Counter(label: "vigil_checkpoint_records_rejected_total")
    let ruleReloads = Counter(label: "vigil_rules_reloads_total")
    let ruleRefusals = Counter(label: "vigil_rules_refusals_total")
    let ruleErrors = Gauge(label: "vigil_rules_condition_errors")
    let heldDecisions = Counter(label: "vigil_rules_held_total")
    let velocityBytes = Gauge(label: "vigil_velocity_user_bytes")
    let velocityEntities = Gauge(label: "vigil_velocity_entity_aggregates")
    let velocityEntityBytes = Gauge(label: "vigil_velocity_entity_bytes")
    let excusedInputs = Gauge(label: "vigil_alignment_excused")
    let assignedPartitions = Gauge(label: "vigil_assigned_partitions")
    let pausedPartitions = Gauge(label: "vigil_paused_partitions")
    let waitingEvents = Gauge(label: "vigil_waiting_events")
    let batchEvents = Recorder(label: "vigil_batch_events")
    let decodeTime = Timer(label: "vigil_stage_seconds", dimensions: [("stage", "decode")])
    let scoreTime = Timer(label: "vigil_stage_seconds", dimensions: [("stage", "score")])
    let commitTime = Timer(label: "vigil_stage_seconds", dimensions: [("stage", "commit")])

    /// A moment for `since`, in nanoseconds of the monotonic clock.
    func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

    func elapsed(since start: UInt64) -> Int64 { Int64(now() - start) }

    func scored(events: Int, nanoseconds: Int64) {
        scoreTime.recordNanoseconds(nanoseconds)
        batchEvents.record(events)
    }

    func decided(_ disposition: Disposition, count: Int) {
        guard count > 0 else { return }
        decisions[disposition]?.increment(by: Int64(count))
    }

    func assigned(_ count: Int) {
        assignedPartitions.record(count)
    }

    /// - Parameters:
    ///   - waiting: events read and not decided yet.
    ///   - paused: partitions of which no more is read until some of those are.
    func backlog(waiting: Int, paused: Int) {
        waitingEvents.record(waiting)
        pausedPartitions.record(paused)
    }

    /// Counts what a commit made true; the three kinds always add up to the offsets consumed, gaps apart.
    func committed(_ unit: CommitUnit) {
        commits.increment()
        alerts.increment(by: Int64(unit.alerts.count))
        for step in unit.steps {
            scoredEvents.increment(by: step.counts.scored)
            duplicateEvents.increment(by: step.counts.duplicates)
            deadLetteredEvents.increment(by: step.counts.deadLettered)
            gapOffsets.increment(by: step.counts.gaps)
            lateEvents.increment(by: step.counts.late)
            consumedOffsets.increment(by: step.to - step.from)
        }
    }
}
