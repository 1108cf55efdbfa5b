import Foundation

/// A file of one 64-bit offset a partition: how a processor without commits tells the bench how far it is.
struct ProgressFile: Sendable {
    private let descriptor: Int32

    /// - Throws: `Failure` where the file cannot be made.
    init(writing path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw Failure("\(path): cannot be written") }
    }

    func set(_ offset: Int64, of partition: Int) {
        var value = offset
        pwrite(descriptor, &value, MemoryLayout<Int64>.size, off_t(partition * MemoryLayout<Int64>.size))
    }

    /// The offsets so far; 0 for what was never set.
    func offsets(partitions: Int) -> [Int64] {
        var offsets = [Int64](repeating: 0, count: partitions)
        pread(descriptor, &offsets, partitions * MemoryLayout<Int64>.size, 0)
        return offsets
    }
}
