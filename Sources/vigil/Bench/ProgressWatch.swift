import Foundation
import Synchronization

/// Looks again and again how far a consumer has committed, and remembers when it saw each step.
///
/// Runs on a thread of its own. What it sees is at most one interval old, so latencies taken from it err upwards.
final class ProgressWatch: Sendable {
    /// Next offsets of all partitions, and when they were asked for.
    struct Sighting {
        var nanoseconds: UInt64
        var offsets: [Int64]
    }

    private struct State {
        var sightings: [Sighting] = []
        var latest: [Int64] = []
        var failure: (any Error)?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter open: called on the watch's thread; gives what reads the offset after the last committed event of
    ///   each partition.
    init(interval: Double, _ open: @escaping @Sendable () throws -> () throws -> [Int64]) {
        let thread = Thread { [self] in
            do {
                let read = try open()
                while !state.withLock({ $0.isStopped }) {
                    let offsets = try read()
                    saw(offsets, at: DispatchTime.now().uptimeNanoseconds)
                    Thread.sleep(forTimeInterval: interval)
                }
            } catch {
                state.withLock { $0.failure = error }
            }
            ended.signal()
        }
        thread.start()
    }

    private func saw(_ offsets: [Int64], at now: UInt64) {
        state.withLock { state in
            guard offsets != state.latest else { return }
            state.latest = offsets
            state.sightings.append(Sighting(nanoseconds: now, offsets: offsets))
        }
    }

    /// Committed events of all partitions.
    ///
    /// - Throws: what made looking impossible.
    func total() throws -> Int64 { try offsets().reduce(0, +) }

    /// Committed events of each partition; none before the first look.
    func offsets() throws -> [Int64] {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.latest
        }
    }

    /// Ends the thread and gives what it saw, oldest first.
    func finish() -> [Sighting] {
        state.withLock { $0.isStopped = true }
        ended.wait()
        ended.signal()  // for a second call
        return state.withLock { $0.sightings }
    }
}
