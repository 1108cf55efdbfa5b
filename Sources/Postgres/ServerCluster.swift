internal import FoundationEssentials
internal import Glibc

/// The files of a throwaway server: made by `initdb`, served by `postgres`.
struct ServerCluster {
    /// Runs a program as its child, ends it on a signal, and has its exit code.
    private static let untilKilled = """
        "$@" & child=$!
        trap 'stopped=1; kill -INT "$child" 2>/dev/null' TERM INT HUP
        while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done
        """
    /// After that, when it was we who stopped it: deletes the directory. One that failed leaves its log for us to read.
    private static let cleaningUp = "\ntest -z \"$stopped\" || rm -rf -- \"$0\""
    private static let exiting = "\nexit $status"
    private static let attempts = 3
    /// Seconds that each step may take: a machine may be busy, and its disk slow.
    private static let patience = 180

    let directory: String
    let password: Secret
    private let binaries: ServerBinaries
    private let superuser: String

    /// Makes the directory and runs `initdb` in it.
    init(_ binaries: ServerBinaries, parent: String?, superuser: String) throws(PostgresError) {
        self.binaries = binaries
        self.superuser = superuser
        var random = SystemRandomNumberGenerator()
        password = Secret(String(random.next(), radix: 36) + String(random.next(), radix: 36))
        directory = try Self.makeDirectory(parent, binaries.user)
        do throws(PostgresError) {
            try initialise()
        } catch {
            remove()
            throw error
        }
    }

    /// Starts the server and waits until it answers; a port taken meanwhile by another program is given up for another.
    func start(_ options: ThrowawayServer.Options) throws(PostgresError) -> (ChildProcess, port: Int) {
        var attempt = 1
        while true {
            let port: Int
            if let wanted = options.port { port = wanted } else { port = try Self.freePort() }
            let script = Self.untilKilled + (options.isKept ? "" : Self.cleaningUp) + Self.exiting
            let process = try ChildProcess(
                binaries.command(
                    script, in: directory, outliving: options.isKept, "postgres", arguments(port, options)),
                output: log)
            do throws(PostgresError) {
                try waitUntilReady(process, port, options.database)
                return (process, port)
            } catch {
                guard error.operation == Self.startOperation, options.port == nil, attempt < Self.attempts else {
                    process.signal(SIGTERM)
                    _ = process.wait(seconds: 10)
                    throw error
                }
                attempt += 1
            }
        }
    }

    func remove() {
        Self.remove(directory)
    }

    static func remove(_ directory: String) {
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static let startOperation = "start a throwaway server"
    private var log: String { directory + "/server.log" }
    private var data: String { directory + "/data" }

    private func arguments(_ port: Int, _ options: ThrowawayServer.Options) -> [String] {
        var settings = [
            "listen_addresses=127.0.0.1", "unix_socket_directories=\(directory)", "port=\(port)", "wal_level=minimal",
            "max_wal_senders=0", "jit=off",
        ]
        if !options.isDurable { settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] }
        return ["-D", data] + settings.flatMap { ["-c", $0] }
    }

    private func initialise() throws(PostgresError) {
        let passwordFile = directory + "/password"
        guard FileManager.default.createFile(atPath: passwordFile, contents: Data(password.revealed.utf8)) else {
            throw PostgresError(message: "\(passwordFile) cannot be written", operation: "make a throwaway server")
        }
        defer { unlink(passwordFile) }
        try Self.give(passwordFile, mode: 0o600, to: binaries.user)
        let arguments = [
            "-D", data, "-U", superuser, "--pwfile=\(passwordFile)", "--auth-local=trust",
            "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
        ]
        let initdb = try ChildProcess(
            binaries.command(
                Self.untilKilled + Self.cleaningUp + Self.exiting, in: directory, outliving: false, "initdb", arguments),
            output: log)
        guard initdb.wait(seconds: Self.patience), initdb.exitStatus == 0 else {
            initdb.signal(SIGKILL)
            throw PostgresError(message: lastWords, operation: "initdb")
        }
    }

    private func waitUntilReady(
        _ process: ChildProcess, _ port: Int, _ database: String
    ) throws(PostgresError) {
        let settings = PostgresSettings(host: directory, port: port, database: "postgres", user: superuser)
        let deadline = Deadline(milliseconds: Self.patience * 1000)
        while true {
            do throws(PostgresError) {
                let connection = try PostgresConnection(settings)
                let name = try PostgresConnection.quoted(identifier: database)
                if database != "postgres" { try connection.run(script: "CREATE DATABASE \(name)") }
                return
            } catch {
                guard process.isRunning else {
                    throw PostgresError(message: lastWords, operation: Self.startOperation)
                }
                guard error.isConnectionLost, !deadline.hasPassed else { throw error }
            }
            usleep(20_000)
        }
    }

    /// The end of the log, on one line.
    private var lastWords: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? "no log"
        return text.split(whereSeparator: \.isNewline).suffix(4).joined(separator: " | ")
    }

    private static func makeDirectory(_ parent: String?, _ user: String?) throws(PostgresError) -> String {
        let parent = parent ?? ServerBinaries.environment("TMPDIR") ?? "/tmp"
        var template = Array((parent + "/vigil-postgres-XXXXXX").utf8CString)
        // A socket's path has room for 107 bytes.
        guard template.count < 80, mkdtemp(&template) != nil else {
            throw PostgresError(
                message: "no temporary directory can be made in \(parent)", hint: "set TMPDIR to a short path",
                operation: "make a throwaway server")
        }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try give(directory, mode: 0o700, to: user)
        return directory
    }

    private static func give(_ path: String, mode: mode_t, to user: String?) throws(PostgresError) {
        var done = chmod(path, mode) == 0
        if let user, let entry = getpwnam(user) {
            done = chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 && done
        }
        guard done else {
            throw PostgresError(message: "\(path) cannot be handed over", operation: "make a throwaway server")
        }
    }

    /// A port of the loopback address that was free a moment ago.
    private static func freePort() throws(PostgresError) -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw PostgresError(message: "no free port", operation: "make a throwaway server") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
