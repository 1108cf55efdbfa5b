internal import Dispatch
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// A program we started. A thread stands by it from start to end, because a child that asked to be signalled at its
/// parent's death (`PR_SET_PDEATHSIG`) is signalled when the *thread* that started it ends.
final class ChildProcess: Sendable {
    private struct State {
        var pid: pid_t = 0
        var hasEnded = false
        var exitStatus: Int32 = 0
    }

    private let state = Mutex(State())
    private let launched = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts `arguments[0]`, searched in `PATH`, in a session of its own: Ctrl-C at a terminal does not reach it.
    /// Its standard input is empty, both its outputs are appended to the file `output`.
    init(_ arguments: [String], output: String) throws(PostgresError) {
        let operation = "start \(arguments.first ?? "nothing")"
        let created = Self.detachThread {
            let result = self.state.withLock { Self.spawn(arguments, output, pid: &$0.pid) }
            self.state.withLock { $0.hasEnded = result != 0 }
            self.launched.signal()
            if result == 0 { self.reap() }
            self.ended.signal()
        }
        guard created else { throw PostgresError(message: "no thread could be made", operation: operation) }
        launched.wait()
        guard isRunning || exitStatus != nil else {
            throw PostgresError(message: "the program could not be started", operation: operation)
        }
    }

    var isRunning: Bool { state.withLock { !$0.hasEnded } }

    /// The exit code once the program has ended, 128 + n after signal n.
    var exitStatus: Int32? { state.withLock { $0.hasEnded && $0.pid != 0 ? $0.exitStatus : nil } }

    func signal(_ number: Int32) {
        state.withLock { state in
            // Under the lock: while we hold it the process has not been reaped, so the number is still its own.
            if !state.hasEnded { kill(state.pid, number) }
        }
    }

    /// Waits for the end; false when it has not come in time.
    func wait(seconds: Int) -> Bool {
        guard ended.wait(timeout: .now() + .seconds(seconds)) == .success else { return false }
        ended.signal()  // for whoever waits next
        return true
    }

    private func reap() {
        let pid = state.withLock { $0.pid }
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        state.withLock { state in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            let signal = status & 0x7F
            state.exitStatus = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            state.hasEnded = true
        }
    }

    private static func spawn(_ arguments: [String], _ output: String, pid: inout pid_t) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A kept server must not hold on to our sockets.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, behind _GNU_SOURCE in <spawn.h>
        let flags = newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let words = arguments.map { strdup($0) }
        let variables = environmentForServers().map { strdup($0) }
        defer { (words + variables).forEach { free($0) } }
        guard let program = words.first.flatMap({ $0 }) else { return EINVAL }
        return posix_spawnp(&pid, program, &actions, &attributes, words + [nil], variables + [nil])
    }

    /// Ours without `PGPORT`, `PGDATA` and the like, which would redirect the server's programs.
    private static func environmentForServers() -> [String] {
        var all: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if !text.hasPrefix("PG") { all.append(text) }
            next += 1
        }
        return all
    }

    private static func detachThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        final class Job {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let job = Unmanaged.passRetained(Job(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<Job>.fromOpaque(raw).takeRetainedValue().body() }
                return nil
            }, job.toOpaque())
        guard result == 0 else {
            job.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
