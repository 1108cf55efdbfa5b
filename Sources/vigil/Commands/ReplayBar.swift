import Evaluation
import Transactions

/// A replay's progress: by event time where the end is known, else a count.
final class ReplayBar {
    private let end: EventTime?
    private var start: EventTime?
    private var progress: Progress?

    init(until end: EventTime?) {
        self.end = end
    }

    func update(_ events: Int, _ time: EventTime) {
        let start = self.start ?? time
        self.start = start
        let progress = self.progress ?? Progress("Replaying", total: end.map { hours(from: start, to: $0) } ?? 0)
        self.progress = progress
        if end == nil {
            progress.update(events, "transactions")
        } else {
            progress.update(hours(from: start, to: time), "\(events) transactions")
        }
    }

    func finish(_ report: ReplayReport) {
        progress?.finish("\(report.events) transactions after \(report.warmUpEvents) for context")
    }

    private func hours(from start: EventTime, to end: EventTime) -> Int {
        Int((end.days - start.days) * 24)
    }
}
