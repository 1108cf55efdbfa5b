internal import Foundation

/// A first-in, first-out queue between two threads; the sender waits while it is full.
///
/// `@unchecked Sendable`: every access to the stored properties happens between `lock()` and `unlock()` of `condition`.
final class BoundedQueue<Element>: @unchecked Sendable {
    private let condition = NSCondition()
    private let capacity: Int
    private let awaited: @Sendable () -> Void
    private var elements: [Element] = []
    private var closed = false
    private var isNudged = false
    /// Receivers that wait for an element.
    private var waiting = 0

    /// - Parameter awaited: told, under the lock, when a receiver begins to wait.
    init(capacity: Int, awaited: @escaping @Sendable () -> Void = {}) {
        self.capacity = capacity
        self.awaited = awaited
    }

    /// Appends once there is room; false if the queue was closed.
    @discardableResult
    func send(_ element: sending Element) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while elements.count >= capacity && !closed { condition.wait() }
        guard !closed else { return false }
        elements.append(element)
        condition.broadcast()
        return true
    }

    /// Appends whatever the size: for control messages, which must not wait behind data.
    func sendNow(_ element: sending Element) {
        condition.lock()
        defer { condition.unlock() }
        elements.append(element)
        condition.broadcast()
    }

    /// Ends the wait of a `receiveAll`, now or at its next call, though there is nothing to receive.
    func nudge() {
        condition.lock()
        isNudged = true
        condition.broadcast()
        condition.unlock()
    }

    /// Everything queued, after waiting for the first up to `timeout` seconds; empty on timeout.
    func receiveAll(timeout: Double) -> [Element] {
        condition.lock()
        defer { condition.unlock() }
        waitForElement(timeout) { isNudged }
        isNudged = false
        guard !elements.isEmpty else { return [] }
        defer {
            elements.removeAll(keepingCapacity: true)
            condition.broadcast()
        }
        return elements
    }

    /// The oldest element, after waiting for one up to `timeout` seconds; nil on timeout.
    func receive(timeout: Double) -> Element? {
        condition.lock()
        defer { condition.unlock() }
        waitForElement(timeout) { false }
        guard !elements.isEmpty else { return nil }
        condition.broadcast()
        return elements.removeFirst()
    }

    /// Waits for an element, under the lock.
    private func waitForElement(_ timeout: Double, or isOver: () -> Bool) {
        guard elements.isEmpty, !closed, timeout > 0 else { return }
        let deadline = Date(timeIntervalSinceNow: timeout)
        waiting += 1
        awaited()
        while elements.isEmpty, !closed, !isOver(), condition.wait(until: deadline) {}
        waiting -= 1
    }

    /// Wakes everyone; later sends are refused, what is queued can still be received.
    func close() {
        condition.lock()
        closed = true
        condition.broadcast()
        condition.unlock()
    }

    /// Closed, and nothing left to receive.
    var isFinished: Bool {
        condition.lock()
        defer { condition.unlock() }
        return closed && elements.isEmpty
    }

    /// Whether a receiver waits for an element: one sent now is taken at once.
    var isAwaited: Bool {
        condition.lock()
        defer { condition.unlock() }
        return elements.isEmpty && waiting > 0
    }
}
