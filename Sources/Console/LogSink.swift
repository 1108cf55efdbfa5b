internal import Glibc
internal import Synchronization

/// A file descriptor that takes whole lines, from any thread.
public final class LogSink: Sendable {
    /// What the program's logs go to by default; standard output is for results.
    public static let standardError = LogSink(descriptor: 2)

    private let descriptor: Mutex<Int32>

    /// Writes to a descriptor that its owner keeps open.
    public init(descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    /// Writes all of `line`; gives it up if the descriptor takes no more (a closed pipe, a full disk).
    func write(_ line: [UInt8]) {
        descriptor.withLock { descriptor in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = Glibc.write(
                        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written > 0 {
                        rest = rest.dropFirst(written)
                    } else if errno == EAGAIN {
                        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        poll(&ready, 1, -1)
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
