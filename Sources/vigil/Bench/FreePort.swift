import Foundation

/// A TCP port of 127.0.0.1 that nobody listens on.
enum FreePort {
    /// - Throws: `Failure` where the system has none left.
    static func find() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure("no socket could be made") }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(socket, raw, size) == 0 && getsockname(socket, raw, &size) == 0
            }
        }
        guard port else { throw Failure("no TCP port is free on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
