import Evaluation
import Foundation
import Transactions

/// A replay's progress: by events where their number is known, by event time where the end is, else a count.
final class ReplayBar {
    private let end: EventTime?
    private let started = Date()
    private var start: EventTime?
    private var progress: Progress?

    init(until end: EventTime?) {
        self.end = end
    }

    func update(_ now: ReplayProgress) {
        let seconds = Date().timeIntervalSince(started)
        let rate = seconds > 0 ? String(format: "%.0f/s", Double(now.events) / seconds) : ""
        let note = "\(now.events) events, \(rate), at \(now.time)"
        let start = self.start ?? now.time
        self.start = start
        if let expected = now.expectedEvents {
            bar(expected).update(now.events, note)
        } else if let end {
            bar(hours(from: start, to: end)).update(hours(from: start, to: now.time), note)
        } else {
            bar(0).update(now.events, rate)
        }
    }

    func finish(_ result: ReplayResult) {
        let stopped = result.isPartial ? ", stopped before the end" : ""
        progress?.finish("\(result.events) transactions after \(result.warmUpEvents) for context\(stopped)")
    }

    private func bar(_ total: Int) -> Progress {
        let bar = progress ?? Progress("Replaying", total: total)
        progress = bar
        return bar
    }

    private func hours(from start: EventTime, to end: EventTime) -> Int {
        Int((end.days - start.days) * 24)
    }
}
