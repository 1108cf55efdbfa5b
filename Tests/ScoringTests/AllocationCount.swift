import CAllocationCount

/// Counts what the calling thread allocates: arrays, boxes, strings' storage, class instances all come from malloc.
enum AllocationCount {
    /// Allocations while `body` runs.
    static func during(_ body: () throws -> Void) rethrows -> Int {
        let before = allocation_count()
        try body()
        return Int(allocation_count() - before)
    }
}
