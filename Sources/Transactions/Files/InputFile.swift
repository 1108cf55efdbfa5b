import Glibc

/// The bytes of a file, unpacked by a `gzip` child process where its name ends in `.gz`.
final class InputFile {
    let path: String
    private var descriptor: Int32
    private var gzip: GzipProcess?

    init(path: String) throws(DataFileError) {
        self.path = path
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw DataFileError(file: path, expected: "a readable file (\(systemError(errno)))") }
        descriptor = opened
        guard path.hasSuffix(".gz") else { return }
        do {
            let process = try GzipProcess(reading: opened, path: path)
            gzip = process
            descriptor = process.output
        } catch {
            close(opened)
            descriptor = -1
            throw error
        }
        close(opened)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        // With its output closed the child ends by itself.
        try? gzip?.finish(checking: false)
    }

    /// Reads some bytes; zero at the end of the file.
    ///
    /// - Throws: where reading fails, and at the end where the archive is damaged or cut short.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DataFileError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { return count }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw DataFileError(file: path, expected: "a readable file (\(systemError(errno)))") }
            try gzip?.finish(checking: true)
            return 0
        }
    }

    /// The whole of a small file.
    static func contents(path: String, maximumBytes: Int) throws(DataFileError) -> [UInt8] {
        let file = try InputFile(path: path)
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var mutable = chunk.mutableSpan
            let count = try mutable.withUnsafeMutableBytes { (bytes) throws(DataFileError) in try file.read(into: bytes)
            }
            if count == 0 { return contents }
            contents.append(contentsOf: chunk[..<count])
            guard contents.count <= maximumBytes else {
                throw DataFileError(file: path, expected: "at most \(maximumBytes) bytes")
            }
        }
    }
}

/// The system's words for an error number.
func systemError(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
