internal import Synchronization

/// A whole number that several threads may count up without a lock.
final class AtomicCount: Sendable {
    private let number = Atomic<Int64>(0)

    var value: Int64 {
        number.load(ordering: .relaxed)
    }

    func add(_ amount: Int64) {
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        number.store(0, ordering: .relaxed)
    }
}
