internal import Foundation

/// Opens once; threads wait for it with a deadline.
///
/// `@unchecked Sendable`: the flag is only touched while `condition` is locked.
final class Latch: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false

    func open() {
        condition.lock()
        isOpen = true
        condition.broadcast()
        condition.unlock()
    }

    /// True if the latch opened within `timeout` seconds.
    func wait(timeout: Double) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let deadline = Date(timeIntervalSinceNow: timeout)
        while !isOpen, condition.wait(until: deadline) {}
        return isOpen
    }
}
