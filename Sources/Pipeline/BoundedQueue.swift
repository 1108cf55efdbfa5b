internal import Foundation

/// A first-in, first-out queue between two threads; the sender waits while it is full.
///
/// `@unchecked Sendable`: every access to the stored properties happens between `lock()` and `unlock()` of `condition`.
final class BoundedQueue<Element>: @unchecked Sendable {
    private let condition = NSCondition()
    private let capacity: Int
    private var elements: [Element] = []
    private var closed = false

    init(capacity: Int) {
        self.capacity = capacity
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

    /// Everything queued, after waiting for the first up to `timeout` seconds; empty on timeout.
    func receiveAll(timeout: Double) -> [Element] {
        condition.lock()
        defer { condition.unlock() }
        if elements.isEmpty && !closed && timeout > 0 {
            let deadline = Date(timeIntervalSinceNow: timeout)
            while elements.isEmpty && !closed, condition.wait(until: deadline) {}
        }
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
        if elements.isEmpty && !closed && timeout > 0 {
            let deadline = Date(timeIntervalSinceNow: timeout)
            while elements.isEmpty && !closed, condition.wait(until: deadline) {}
        }
        guard !elements.isEmpty else { return nil }
        condition.broadcast()
        return elements.removeFirst()
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

    /// Whether a `send` would not wait now.
    var hasRoom: Bool {
        condition.lock()
        defer { condition.unlock() }
        return elements.count < capacity
    }
}
