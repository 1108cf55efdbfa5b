internal import Foundation

/// A TCP port of 127.0.0.1 that somebody wants to listen on.
struct ListeningPort {
    let number: UInt16

    /// Whether it could be listened on now: no one else does, and no connection of another process has been given it.
    var isFree: Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var reuse: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = number.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) == 0 }
        }
    }

    /// Waits until it is free.
    ///
    /// - Returns: false where it still is not at the end.
    func wait(milliseconds: Int) -> Bool {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while !isFree {
            guard ContinuousClock.now < end else { return false }
            usleep(5_000)
        }
        return true
    }
}
