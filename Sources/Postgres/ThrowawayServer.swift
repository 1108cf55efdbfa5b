internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// A private PostgreSQL server from the installed binaries, in a temporary directory, for demos and tests.
///
/// Reached through a socket in that directory (0700, no password) and on 127.0.0.1 (generated password). It stops and its
/// directory goes with `stop()`, with the last reference, and also when this process dies, however it dies.
public final class ThrowawayServer: Sendable {
    public struct Options: Sendable {
        /// Created besides `postgres`; its owner has the same name.
        public var database: String
        /// Whether commits reach the disk before they are acknowledged. Off, a crash loses the last of them.
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
    private let process: Mutex<ChildProcess>
    private let cluster: ServerCluster
    private let options: Options

    /// Makes and starts a server; blocks for a second or two, until it answers.
    ///
    /// - Throws: `PostgresError` that ends in the server's own last words.
    public init(_ options: Options = Options()) throws(PostgresError) {
        let binaries = try ServerBinaries.find()
        let cluster = try ServerCluster(binaries, parent: options.parentDirectory, superuser: options.database)
        self.options = options
        self.cluster = cluster
        directory = cluster.directory
        do throws(PostgresError) {
            let (started, port) = try cluster.start(options)
            process = Mutex(started)
            self.port = port
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
        settings.password = cluster.password
        return settings
    }

    /// Stops the server and deletes its directory; also where it was to be kept. Harmless when done twice.
    public func stop() {
        let process = process.withLock { $0 }
        process.signal(15)  // SIGTERM: a fast shutdown
        if !process.wait(seconds: 20) {
            process.signal(9)
            _ = process.wait(seconds: 5)
        }
        ServerCluster.remove(directory)
    }

    /// Stops the server as `pg_ctl -m immediate` does: connections are cut, nothing is written down, and the next start
    /// recovers from its log. The directory stays.
    ///
    /// - Throws: `PostgresError` where the server does not run or does not end.
    public func crash() throws(PostgresError) {
        let operation = "crash a throwaway server"
        let file = try? String(contentsOfFile: directory + "/data/postmaster.pid", encoding: .utf8)
        guard let pid = file?.split(whereSeparator: \.isNewline).first.flatMap({ pid_t($0) }) else {
            throw PostgresError(message: "the server does not run", operation: operation)
        }
        kill(pid, SIGQUIT)
        guard process.withLock({ $0 }).wait(seconds: 20) else {
            throw PostgresError(message: "the server does not end", operation: operation)
        }
    }

    /// Starts the server again after a `crash`, on the same port and over the same files; blocks until it answers.
    ///
    /// - Throws: `PostgresError` that ends in the server's own last words.
    public func revive() throws(PostgresError) {
        var options = options
        options.port = port
        options.database = "postgres"  // the other one is there already
        let (started, _) = try cluster.start(options)
        process.withLock { $0 = started }
    }
}
