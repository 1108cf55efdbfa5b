/// A window that moves over a file: bytes not yet consumed stay contiguous, memory stays bounded.
final class InputWindow {
    /// The longest record that a file may hold.
    static let maximumRecordBytes = 16 << 20

    private let file: InputFile
    private var storage: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// Whether nothing is left to read from the file.
    private(set) var isAtEnd = false

    var path: String { file.path }

    init(path: String, capacity: Int = 1 << 18) throws(DataFileError) {
        file = try InputFile(path: path)
        storage = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit {
        storage.deallocate()
    }

    /// What was read and not consumed; valid until the next call to `refill`.
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeRawBufferPointer(rebasing: storage[start..<end]).assumingMemoryBound(to: UInt8.self)
    }

    func consume(_ count: Int) {
        start += count
    }

    /// Reads more, keeping what is there; `isAtEnd` is set where there is no more.
    func refill(line: Int) throws(DataFileError) {
        if start > 0 {
            storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
            end -= start
            start = 0
        }
        if end == storage.count {
            guard storage.count < Self.maximumRecordBytes else {
                throw DataFileError(
                    file: path, line: line, expected: "a record of at most \(Self.maximumRecordBytes) bytes")
            }
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: storage.count * 2, alignment: 8)
            larger.copyMemory(from: UnsafeRawBufferPointer(storage))
            storage.deallocate()
            storage = larger
        }
        let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[end...]))
        end += count
        if count == 0 { isAtEnd = true }
    }
}
