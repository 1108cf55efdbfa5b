/// Where the console listens.
public struct ConsoleSettings: Hashable, Sendable {
    /// IPv4 or IPv6 address to listen on, or `localhost`; `0.0.0.0` for all.
    public var address: String
    /// 0 takes a free port: see `ConsoleServer.listeningPort(within:)`.
    public var port: Int
    /// How long a readiness check may take.
    public var checkTimeoutMilliseconds: Int

    public init(address: String = "127.0.0.1", port: Int = 9464, checkTimeoutMilliseconds: Int = 2000) {
        self.address = address
        self.port = port
        self.checkTimeoutMilliseconds = checkTimeoutMilliseconds
    }
}
