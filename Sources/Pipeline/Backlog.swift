internal import Synchronization

/// How many events of one partition wait for the processor: the intake adds, the processor removes.
final class Backlog: Sendable {
    private let events = Atomic<Int>(0)

    var count: Int { events.load(ordering: .relaxed) }

    func add(_ count: Int) {
        events.add(count, ordering: .relaxed)
    }

    func remove(_ count: Int) {
        events.subtract(count, ordering: .relaxed)
    }
}
