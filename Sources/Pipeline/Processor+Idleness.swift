internal import CoreMetrics
internal import Kafka
internal import Logging
internal import Sequences
internal import Transactions

extension Processor {
    /// For how long, in milliseconds, an input counts as being at its end after the broker has confirmed it, and how far
    /// apart questions are.
    private static let (idlenessLasts, askingInterval): (Int64, Int64) = (1000, 100)

    /// Tells other instances which inputs have come to their end, and which have gone on since.
    func announceIdleness() {
        guard !ownedElsewhere.isEmpty else { return }
        let now = clock()
        for worker in order {
            let isIdle = !worker.hasNext && worker.atEndSince.map { now - $0 >= idleAfterMilliseconds } ?? false
            guard isIdle || worker.hasNext, worker.announced != announcement(of: worker, isIdle: isIdle) else {
                continue
            }
            tell(of: worker, before: worker.nextBucket(of: ledger.bucketMilliseconds), part: nil, isIdle: isIdle)
        }
    }

    private func announcement(of worker: InputWorker, isIdle: Bool) -> InputWorker.Announcement {
        isIdle ? .atEnd(worker.endPosition) : .goesOn
    }

    /// Tells everyone, with the next commit, that the worker's buckets before `bucket` are complete.
    func tell(of worker: InputWorker, before bucket: Int64, part: EntityBucketPart?, isIdle: Bool) {
        pending.advances.append(
            CommitUnit.Advance(
                input: worker.claim.input, epoch: worker.claim.epoch, part: part, watermark: bucket,
                offset: isIdle ? worker.endPosition : worker.position, isIdle: isIdle))
        worker.announced = announcement(of: worker, isIdle: isIdle)
    }

    /// Asks the broker whether inputs at rest that events wait for are still at the end that is known here, or that their
    /// owners spoke of: what has arrived since may lie before one that was slow, or is gone.
    ///
    /// Also where the events wait elsewhere: whoever has them waits for what is gathered here.
    func askForEnds(at now: Int64) {
        guard !ownedElsewhere.isEmpty, now - lastAsked >= Self.askingInterval else { return }
        lastAsked = now
        let inputs = alignment.holding(at: now).keys.filter { confirmedIdle[$0] == nil && knownEnd(of: $0) != nil }
        if !inputs.isEmpty { askEnds(Array(inputs)) }
    }

    /// Where an input ends, if it is at rest.
    private func knownEnd(of input: TopicPartition) -> Int64? {
        guard let worker = workers[input] else { return saidIdle[input] }
        return worker.hasNext || worker.atEndSince == nil ? nil : worker.endPosition
    }

    /// Takes in where the inputs really end.
    func confirmIdleness(_ ends: [TopicPartition: Int64]) {
        for (input, end) in ends where knownEnd(of: input) == end {
            guard workers[input] != nil || ownedElsewhere.contains(input) else { continue }
            confirmedIdle[input] = clock()
            alignment.drained(input, at: .min, atEndSince: workers[input]?.atEndSince ?? .min / 2)
        }
    }

    /// What was confirmed some time ago has to be asked for again.
    func expireIdleness(at now: Int64) {
        guard !ownedElsewhere.isEmpty else { return }
        for (input, confirmed) in confirmedIdle where now - confirmed > Self.idlenessLasts {
            confirmedIdle[input] = nil
            alignment.drained(input, at: .min, atEndSince: nil)
        }
    }

    /// Names, once for each time that events wait long, the inputs they wait for.
    func reportHold() {
        let now = clock()
        guard let since = alignment.blockedSince, since != reportedHold, now - since >= Self.reportedHoldMilliseconds
        else { return }
        reportedHold = since
        let holding = alignment.holding(at: now)
        let names = holding.keys.sorted().map { input in
            let place = holding[input] == .min ? "not heard of" : "before \(start(ofBucket: holding[input] ?? 0))"
            return "\(input) \(workers[input] == nil ? "elsewhere" : "here"), \(place)"
        }
        logger.warning(
            "Events wait for inputs that are behind in event time",
            metadata: ["seconds": "\((now - since) / 1000)", "inputs": "\(names.joined(separator: "; "))"])
    }

    /// Counts and names what came when its bucket was closed: the others had moved on while the input was at rest.
    func reportBehind(_ worker: InputWorker) {
        guard worker.behind > 0 else { return }
        let before = eventsBehind
        eventsBehind += worker.behind
        metrics.eventsBehindBucket.increment(by: worker.behind)
        worker.behind = 0
        // At the first, and whenever there are twice as many.
        guard eventsBehind.leadingZeroBitCount < before.leadingZeroBitCount else { return }
        logger.warning(
            "Events came after their bucket was closed and count for entities in a later one",
            metadata: ["newest": "\(worker.claim.input)@\(worker.position - 1)", "such_events": "\(eventsBehind)"])
    }

    private func start(ofBucket bucket: Int64) -> String {
        EventTime(milliseconds: bucket &* ledger.bucketMilliseconds).iso8601
    }
}
