internal import Foundation
internal import Synchronization

/// The memory of a column: its own while it is small; beyond a bound an unlinked temporary file mapped into memory, whose
/// pages the kernel writes out and takes back as it needs room.
@usableFromInline
final class ColumnStorage {
    /// Most bytes of a column that are not in a file.
    static let memoryBound = 1 << 20

    private static let lastFault = Mutex<String?>(nil)

    /// Why a column could not be put into a file and is in memory instead, if that has happened.
    static var fault: String? { lastFault.withLock { $0 } }

    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline let byteCount: Int
    let isMapped: Bool

    @usableFromInline
    init(byteCount: Int) {
        self.byteCount = byteCount
        if byteCount > Self.memoryBound, let mapped = Self.map(byteCount) {
            (base, isMapped) = (mapped, true)
        } else {
            (base, isMapped) = (.allocate(byteCount: max(1, byteCount), alignment: 16), false)
        }
    }

    deinit {
        if isMapped { munmap(base, byteCount) } else { base.deallocate() }
    }

    /// A new file of that size, mapped: gone with the mapping, whatever happens to the process.
    private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let directory = FileManager.default.temporaryDirectory.path
        var path = Array("\(directory)/vigil-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { return refuse("\(directory): no temporary file can be made: \(text(errno))") }
        defer { close(file) }
        unlink(path)
        // Room is taken at once: a full disk must be found here, not at a write into the mapping, which would end the process.
        let fault = reserve(file, byteCount)
        guard fault == 0 else { return refuse("\(directory): no room for \(byteCount) bytes: \(text(fault))") }
        guard let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), base != MAP_FAILED else {
            return refuse("\(directory): a file cannot be mapped: \(text(errno))")
        }
        return base
    }

    private static func reserve(_ file: Int32, _ byteCount: Int) -> Int32 {
        #if os(Linux)
        posix_fallocate(file, 0, off_t(byteCount))
        #else
        ftruncate(file, off_t(byteCount)) == 0 ? 0 : errno
        #endif
    }

    private static func refuse(_ fault: String) -> UnsafeMutableRawPointer? {
        lastFault.withLock { $0 = fault }
        return nil
    }

    private static func text(_ error: Int32) -> String { String(cString: strerror(error)) }
}
