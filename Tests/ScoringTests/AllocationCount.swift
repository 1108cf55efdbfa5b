import Foundation
import Synchronization

/// Counts the objects Swift allocates on the calling thread: arrays, boxes, strings' storage, class instances.
///
/// The runtime calls its allocator through a variable, which is what tools hook as well.
enum AllocationCount {
    private typealias Allocate = @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?

    // Sendable: written once, before any counting.
    private nonisolated(unsafe) static var original: Allocate?
    private static let count = Atomic<Int>(0)
    private static let countedThread = Atomic<UInt>(0)

    private static let isHooked: Bool = {
        guard let symbol = dlsym(nil, "_swift_allocObject") else { return false }
        let variable = symbol.assumingMemoryBound(to: Allocate.self)
        original = variable.pointee
        variable.pointee = { metadata, size, alignment in
            if AllocationCount.countedThread.load(ordering: .relaxed) == UInt(bitPattern: Int(pthread_self())) {
                AllocationCount.count.wrappingAdd(1, ordering: .relaxed)
            }
            return AllocationCount.original?(metadata, size, alignment)
        }
        return true
    }()

    /// Allocations while `body` runs; -1 where the runtime cannot be hooked.
    static func during(_ body: () throws -> Void) rethrows -> Int {
        guard isHooked else { return -1 }
        count.store(0, ordering: .relaxed)
        countedThread.store(UInt(bitPattern: Int(pthread_self())), ordering: .relaxed)
        defer { countedThread.store(0, ordering: .relaxed) }
        try body()
        return count.load(ordering: .relaxed)
    }
}
