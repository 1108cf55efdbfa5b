/// A private PostgreSQL server from the installed binaries, in a temporary directory, for demos and tests.
///
/// Reached through a socket in that directory (0700, no password) and on 127.0.0.1 (generated password). It stops and its
/// directory goes with `stop()`, with the last reference, and also when this process dies, however it dies.
public final class ThrowawayServer: Sendable {
    public struct Options: Sendable {
        /// Created besides `postgres`; its owner has the same name.
        public var database: String
        /// Whether commits reach the disk. Off, a crash of the machine loses data, a crash of the server does not.
        public var isDurable: Bool
        /// Leaves server and directory behind at the end.
        public var isKept: Bool
        /// TCP port; nil takes a free one.
        public var port: Int?
        /// Where the directory is made; nil: `TMPDIR`, else `/tmp`.
        public var parentDirectory: String?

        public init(
            database: String = "vigil", isDurable: Bool = false, isKept: Bool = false, port: Int? = nil,
            parentDirectory: String? = nil
        ) {
            self.database = database
            self.isDurable = isDurable
            self.isKept = isKept
            self.port = port
            self.parentDirectory = parentDirectory
        }
    }

    /// Holds the socket, `data` and `server.log`.
    public let directory: String
    public let port: Int
    /// The server's process, which takes the directory away at its end.
    private let process: ChildProcess
    private let options: Options
    private let password: Secret

    /// Makes and starts a server; blocks for a second or two, until it answers.
    ///
    /// - Throws: `PostgresError` that ends in the server's own last words.
    public init(_ options: Options = Options()) throws(PostgresError) {
        let binaries = try ServerBinaries.find()
        let cluster = try ServerCluster(binaries, parent: options.parentDirectory, superuser: options.database)
        self.options = options
        directory = cluster.directory
        password = cluster.password
        do throws(PostgresError) {
            (process, port) = try cluster.start(options)
        } catch {
            cluster.remove()
            throw error
        }
    }

    deinit {
        if !options.isKept { stop() }
    }

    /// Through the Unix socket, as the superuser.
    public var settings: PostgresSettings {
        PostgresSettings(host: directory, port: port, database: options.database, user: options.database)
    }

    /// Through TCP on the loopback address, as the superuser.
    public var tcpSettings: PostgresSettings {
        var settings = settings
        settings.host = "127.0.0.1"
        settings.password = password
        return settings
    }

    /// Stops the server and deletes its directory; also where it was to be kept. Harmless when done twice.
    public func stop() {
        process.signal(15)  // SIGTERM: a fast shutdown
        if !process.wait(seconds: 20) {
            process.signal(9)
            _ = process.wait(seconds: 5)
        }
        ServerCluster.remove(directory)
    }
}
