internal import CoreMetrics
internal import Kafka
internal import Logging

/// How far the partitions' state is restored from the input, and how long that will take: said every few seconds.
struct RestoreReport {
    struct Progress: Equatable {
        /// Events taken in again since the restoring began.
        var events: Int64
        var eventsPerSecond: Int64
        /// Events still to take in; 0 at the end.
        var left: Int64
        /// Nil before there is a rate to go by.
        var secondsLeft: Int64?
    }

    static let intervalMilliseconds: Int64 = 5000

    private var start: (at: Int64, left: Int64)?
    private var last: (at: Int64, left: Int64) = (.min / 2, 0)

    /// Takes note of how many events are left; answers where there is something to say: at intervals, and at the end of
    /// what took longer than one.
    ///
    /// - Parameter now: milliseconds of the processor's clock.
    mutating func progress(left: Int64, at now: Int64) -> Progress? {
        // New partitions bring new events: what was measured before says nothing of them.
        if left > 0, start == nil || left > last.left {
            start = (now, left)
            last = (now, left)
            return nil
        }
        guard let start else { return nil }
        let isOver = left == 0
        if isOver { self.start = nil }
        guard now - (isOver ? start.at : last.at) >= Self.intervalMilliseconds else { return nil }
        last = (now, left)
        let events = start.left - left
        let rate = events * 1000 / max(1, now - start.at)
        return Progress(events: events, eventsPerSecond: rate, left: left, secondsLeft: rate > 0 ? left / rate : nil)
    }
}

extension Processor {
    /// Says how far restoring is; `run` asks at every turn.
    func reportRestoring() {
        let left = order.reduce(0) { $0 + max(0, $1.claim.nextOffset - $1.position) }
        metrics.restoreLeft.record(left)
        guard let progress = restoreReport.progress(left: left, at: clock()) else { return }
        logger.info(
            progress.left == 0 ? "Restored from the input" : "Restoring from the input",
            metadata: [
                "events": "\(progress.events)", "events_per_second": "\(progress.eventsPerSecond)",
                "left": "\(progress.left)", "seconds_left": "\(progress.secondsLeft.map(String.init) ?? "unknown")",
            ])
    }
}
