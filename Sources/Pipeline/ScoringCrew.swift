internal import Foundation

/// Threads that decide on batches part by part, while the processor's thread admits the next events; that one helps
/// whenever it waits, so that none rests while there is work, whichever of them the system lets run.
///
/// A scorer's parts are decided on one after the other, in the order of their batches.
///
/// `@unchecked Sendable`: every access to the stored variables happens between `lock()` and `unlock()` of `condition`.
final class ScoringCrew: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [(batch: ScoringBatch, part: Int)] = []
    private var busy: Set<Int> = []
    private var isEnded = false

    /// Starts the threads that help.
    func begin(helpers: Int) {
        for _ in 0..<helpers { Thread { [self] in work() }.start() }
    }

    /// Has a batch decided on.
    func start(_ batch: ScoringBatch) {
        condition.lock()
        for (number, part) in batch.parts.enumerated() where !part.requests.isEmpty {
            waiting.append((batch, number))
            batch.left += 1
        }
        condition.broadcast()
        condition.unlock()
    }

    /// Returns once the batch has been decided on.
    func finish(_ batch: ScoringBatch) {
        condition.lock()
        while batch.left > 0 { workOrWait() }
        condition.unlock()
    }

    /// Ends the threads.
    func end() {
        condition.lock()
        isEnded = true
        condition.broadcast()
        condition.unlock()
    }

    private func work() {
        condition.lock()
        while !isEnded { workOrWait() }
        condition.unlock()
    }

    /// Decides on the next part that no other waits for, or waits for one; under the lock.
    private func workOrWait() {
        guard let place = waiting.firstIndex(where: { !busy.contains($0.part) }) else {
            condition.wait()
            return
        }
        let (batch, part) = waiting.remove(at: place)
        busy.insert(part)
        condition.unlock()
        batch.decide(part)
        condition.lock()
        busy.remove(part)
        batch.left -= 1
        if batch.left == 0 { batch.end() }
        condition.broadcast()
    }
}
