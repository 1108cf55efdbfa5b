internal import Kafka

/// Holds all inputs together in event time, bucket by bucket, whichever instances they belong to.
///
/// An event in bucket b reads what every input saw before b, so it may be scored once no input that still moves can
/// yield anything earlier, and what those at rest have gathered is told. An input at its end is idle after a grace: it
/// comes along to where events wait, here or elsewhere. One that stays behind longer than the bound is excused until it
/// moves again, and counted. Pure: the caller tells the time.
struct BucketAlignment {
    /// How long an input must have been at its end before it counts as idle, in milliseconds.
    var idleGraceMilliseconds: Int64
    /// How long a lagging input may hold the others, in milliseconds.
    var maximumWaitMilliseconds: Int64
    /// How often a lagging input was excused.
    private(set) var excusedCount = 0

    /// How far things may go.
    struct Frontier: Equatable {
        /// No input that moves yields anything before this bucket: what is gathered of those before is complete.
        var closing: Int64
        /// The newest bucket whose events may be taken.
        var taking: Int64
    }

    private struct Input {
        /// The earliest bucket this input may still yield.
        var bucket: Int64
        /// Another instance's: even at rest it is not passed before its owner has told what it has gathered.
        var isElsewhere = false
        /// An event is ready to be taken.
        var ready = false
        /// When the input reached its end, if it is there.
        var atEndSince: Int64?
        /// Excused while it still stands at `bucket`.
        var excused = false
    }

    private var inputs: [TopicPartition: Input] = [:]
    /// Since when events are ready that no other input has come up to.
    private(set) var blockedSince: Int64?
    /// Since when there has always been an event ready.
    private var activeSince: Int64?

    init(idleGraceMilliseconds: Int64 = 1_000, maximumWaitMilliseconds: Int64 = 30_000) {
        self.idleGraceMilliseconds = idleGraceMilliseconds
        self.maximumWaitMilliseconds = maximumWaitMilliseconds
    }

    /// Starts to follow an input, which holds the others until something is heard of it.
    mutating func add(_ input: TopicPartition, isElsewhere: Bool = false) {
        inputs[input] = Input(bucket: .min, isElsewhere: isElsewhere)
    }

    mutating func remove(_ input: TopicPartition) {
        inputs[input] = nil
    }

    /// The input's next event, waiting to be taken, lies in `bucket`.
    mutating func nextEvent(of input: TopicPartition, in bucket: Int64) {
        move(input, to: bucket, ready: true, atEndSince: nil)
    }

    /// Nothing of the input is waiting; what comes lies in `bucket` or later. `atEndSince` is nil while more is to be fetched.
    mutating func drained(_ input: TopicPartition, at bucket: Int64, atEndSince: Int64?) {
        move(input, to: bucket, ready: false, atEndSince: atEndSince)
    }

    private mutating func move(_ input: TopicPartition, to bucket: Int64, ready: Bool, atEndSince: Int64?) {
        guard var state = inputs[input] else { return }
        if bucket > state.bucket || ready { state.excused = false }
        state.bucket = max(bucket, state.bucket)
        state.ready = ready
        state.atEndSince = atEndSince
        inputs[input] = state
    }

    /// How far to go at `now`, nil while no input has an event ready.
    ///
    /// - Complexity: O(inputs); called once a micro-batch.
    mutating func frontier(at now: Int64) -> Frontier? {
        guard let earliestReady = earliest(where: { $0.ready && !$0.excused }) else {
            blockedSince = nil
            activeSince = nil
            return nil
        }
        activeSince = activeSince ?? now
        let closing = earliest { !isIdle($0, at: now) && !$0.excused } ?? earliestReady
        if closing >= earliestReady { pass(closing, at: now) }
        let taking = earliest { holds($0, at: now) } ?? closing
        let frontier = Frontier(closing: closing, taking: taking)
        guard let wanted = earliest(where: { $0.ready && !$0.isElsewhere }), wanted > taking else {
            blockedSince = nil
            return frontier
        }
        guard let since = blockedSince else {
            blockedSince = now
            return frontier
        }
        guard now - since >= maximumWaitMilliseconds else { return frontier }
        for input in holding(at: now).keys {
            inputs[input]?.excused = true
            excusedCount += 1
        }
        blockedSince = nil
        return Frontier(closing: wanted, taking: wanted)
    }

    /// The inputs that events are waiting for, here or elsewhere, each with the earliest bucket that it may still yield.
    func holding(at now: Int64) -> [TopicPartition: Int64] {
        let wanted = earliest { $0.ready && !$0.isElsewhere } ?? earliest { $0.ready }
        guard let wanted else { return [:] }
        return inputs.filter { holds($1, at: now) && $1.bucket < wanted }.mapValues(\.bucket)
    }

    /// Whether events wait for it where it is behind: at rest it does not hold those of its own instance.
    private func holds(_ input: Input, at now: Int64) -> Bool {
        !input.excused && (input.isElsewhere || !isIdle(input, at: now))
    }

    private func earliest(where isMeant: (Input) -> Bool) -> Int64? {
        inputs.values.lazy.filter(isMeant).map(\.bucket).min()
    }

    /// Idle inputs that were waited for once count as having come to the frontier: what follows in its bucket need not
    /// wait for them again. Those elsewhere come there by their owner's word.
    private mutating func pass(_ frontier: Int64, at now: Int64) {
        for (input, state) in inputs where state.bucket < frontier && !state.isElsewhere && isIdle(state, at: now) {
            inputs[input]?.bucket = frontier
        }
    }

    /// The grace also runs from the moment events began to come in: after a silence, the first input to be heard must not
    /// run ahead of the others.
    private func isIdle(_ input: Input, at now: Int64) -> Bool {
        guard !input.ready, let since = input.atEndSince else { return false }
        return now - max(since, activeSince ?? now) >= idleGraceMilliseconds
    }
}
