internal import Foundation

/// Whether the service is stopping, and whether it has taken too long about it.
///
/// `@unchecked Sendable`: `deadline` is only touched while `condition` is locked.
final class StopFlag: @unchecked Sendable {
    private let condition = NSCondition()
    private var deadline: Date?

    /// Asks everyone to stop within `seconds`.
    func stop(within seconds: Double) {
        condition.lock()
        if deadline == nil { deadline = Date(timeIntervalSinceNow: seconds) }
        condition.broadcast()
        condition.unlock()
    }

    var isStopping: Bool {
        condition.lock()
        defer { condition.unlock() }
        return deadline != nil
    }

    /// What is left of the time to stop in; `whileRunning` before a stop was asked for.
    func secondsLeft(whileRunning: Double) -> Double {
        condition.lock()
        defer { condition.unlock() }
        return deadline.map { max(0, $0.timeIntervalSinceNow) } ?? whileRunning
    }

    /// The time to stop in has passed.
    var isOverdue: Bool {
        condition.lock()
        defer { condition.unlock() }
        return deadline.map { $0 < Date() } ?? false
    }

    /// Waits `seconds`, or less when the service starts to stop meanwhile.
    func wait(upTo seconds: Double) {
        condition.lock()
        defer { condition.unlock() }
        let end = Date(timeIntervalSinceNow: seconds)
        let wasStopping = deadline != nil
        while (deadline != nil) == wasStopping, condition.wait(until: end) {}
    }
}
