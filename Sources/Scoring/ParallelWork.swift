import Dispatch
import Synchronization

/// Work items shared between threads; which thread takes which is left to chance, so results must not depend on it.
package enum ParallelWork {
    /// Calls `body` once for each item in 0..<count from `threads` threads and returns when all are done.
    package static func run(
        count: Int, threads: Int, _ body: @Sendable (_ thread: Int, _ item: Int) -> Void
    ) {
        guard threads > 1, count > 1 else {
            for item in 0..<count { body(0, item) }
            return
        }
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { thread in
            while true {
                let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard item < count else { return }
                body(thread, item)
            }
        }
    }

    /// What `body` makes of each item in 0..<count, in their order.
    package static func map<Outcome: Sendable>(
        count: Int, threads: Int, _ body: @Sendable (_ item: Int) -> Outcome
    ) -> [Outcome] {
        [Outcome](unsafeUninitializedCapacity: count) { outcomes, initializedCount in
            // Every item has a place of its own.
            nonisolated(unsafe) let places = outcomes
            run(count: count, threads: threads) { _, item in places.initializeElement(at: item, to: body(item)) }
            initializedCount = count
        }
    }
}
