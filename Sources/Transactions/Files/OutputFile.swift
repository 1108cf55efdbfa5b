import Glibc

/// A file written through a buffer; what goes wrong on the disk is an error, also at the end.
final class OutputFile {
    private let path: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 18

    /// Creates the file, or empties the one that is there.
    init(path: String) throws(DataFileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw DataFileError(file: path, expected: "a writable file (\(systemError(errno)))")
        }
        buffer.reserveCapacity(Self.bufferBytes + 4096)
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Lets the closure append to the buffer, and writes the buffer out once it is full.
    func write(_ body: (inout [UInt8]) -> Void) throws(DataFileError) {
        body(&buffer)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Writes the rest and closes; a file not closed may miss its last rows.
    func close() throws(DataFileError) {
        guard descriptor >= 0 else { return }
        try flush()
        let status = Glibc.close(descriptor)
        descriptor = -1
        guard status == 0 else { throw failure() }
    }

    private func flush() throws(DataFileError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure() -> DataFileError {
        DataFileError(file: path, expected: "room to write (\(systemError(errno)))")
    }
}
