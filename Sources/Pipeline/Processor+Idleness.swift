internal import Kafka
internal import Logging
internal import Sequences
internal import Transactions

extension Processor {
    /// For how long, in milliseconds, an input elsewhere holds nobody after the broker has confirmed that it is at its end,
    /// and how far apart questions are.
    private static let (idlenessLasts, askingInterval): (Int64, Int64) = (1000, 100)

    /// Tells other instances which inputs have come to their end, and which have gone on since.
    func announceIdleness() {
        guard !ownedElsewhere.isEmpty else { return }
        let now = clock()
        for worker in order {
            let isIdle = !worker.hasNext && worker.atEndSince.map { now - $0 >= idleAfterMilliseconds } ?? false
            guard worker.announcedIdle != isIdle, isIdle || worker.hasNext else { continue }
            tell(of: worker, before: worker.nextBucket(of: ledger.bucketMilliseconds), part: nil, isIdle: isIdle)
        }
    }

    /// Tells everyone, with the next commit, that the worker's buckets before `bucket` are complete.
    func tell(of worker: InputWorker, before bucket: Int64, part: EntityBucketPart?, isIdle: Bool) {
        pending.advances.append(
            CommitUnit.Advance(
                input: worker.claim.input, epoch: worker.claim.epoch, part: part, watermark: bucket,
                offset: isIdle ? worker.endPosition : worker.position, isIdle: isIdle))
        worker.announcedIdle = isIdle
    }

    /// Asks the broker whether the inputs elsewhere that events wait for are still at the end that their owners spoke of:
    /// what has arrived since may lie before an owner who is slow, or gone.
    func askForEnds(at now: Int64) {
        guard alignment.blockedSince != nil, now - lastAsked >= Self.askingInterval else { return }
        let inputs = alignment.holding(at: now).keys.filter { saidIdle[$0] != nil && ownedElsewhere.contains($0) }
        guard !inputs.isEmpty else { return }
        lastAsked = now
        askEnds(inputs)
    }

    /// Takes in where the inputs really end.
    func confirmIdleness(_ ends: [TopicPartition: Int64]) {
        for (input, end) in ends where saidIdle[input] == end && ownedElsewhere.contains(input) {
            confirmedIdle[input] = clock()
            alignment.drained(input, at: .min, atEndSince: .min / 2)
        }
    }

    /// What was confirmed some time ago has to be asked for again.
    func expireIdleness(at now: Int64) {
        for (input, confirmed) in confirmedIdle where now - confirmed > Self.idlenessLasts {
            confirmedIdle[input] = nil
            if ownedElsewhere.contains(input) { alignment.drained(input, at: .min, atEndSince: nil) }
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

    private func start(ofBucket bucket: Int64) -> String {
        EventTime(milliseconds: bucket &* ledger.bucketMilliseconds).iso8601
    }
}
