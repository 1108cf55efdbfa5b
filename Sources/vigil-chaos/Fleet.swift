import Foundation

/// The processors of a round: `vigil run`, each a process of its own.
final class Fleet {
    /// One place in the fleet, and the process that fills it now, if any.
    final class Member {
        let number: Int
        fileprivate(set) var process: Process?
        fileprivate(set) var isFrozen = false
        /// What the process calls itself in `vigil.stream_progress`.
        fileprivate(set) var owner = ""

        init(number: Int) {
            self.number = number
        }

        var isUp: Bool { process?.isRunning ?? false }
        var pid: pid_t { process?.processIdentifier ?? 0 }
    }

    private(set) var members: [Member] = []
    /// Processes that ended by themselves, with their exit codes: each is a finding.
    private(set) var deaths: [String] = []
    private let binary: String
    private let directory: String
    private let environment: (String) -> [String: String]
    private var started = 0

    init(size: Int, binary: String, directory: String, environment: @escaping (String) -> [String: String]) throws {
        self.binary = binary
        self.directory = directory
        self.environment = environment
        for _ in 0..<size { try add() }
    }

    deinit {
        for member in members where member.isUp { kill(member.pid, SIGKILL) }
    }

    func add() throws {
        let member = Member(number: members.count)
        members.append(member)
        try start(member)
    }

    func start(_ member: Member) throws {
        started += 1
        let owner = "p\(member.number)-\(started)"
        let process = Process()
        // The processor goes with us, however we go.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = ["--pdeathsig", "KILL", binary, "run"]
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("VIGIL_") && !$0.key.hasPrefix("OPENBLAS_CORETYPE") }
            .merging(environment(owner)) { $1 }
        let log = "\(directory)/\(owner).log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: log) else { throw ChaosFault("\(log) cannot be written") }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        try handle.close()
        member.process = process
        member.owner = owner
        member.isFrozen = false
    }

    /// `kill -9`.
    func kill9(_ member: Member) {
        guard let process = member.process else { return }
        kill(member.pid, SIGKILL)
        process.waitUntilExit()
        member.process = nil
        member.isFrozen = false
    }

    /// SIGTERM: the orderly way. Whoever does not end in time is killed, which is a finding.
    func stop(_ member: Member, seconds: Double = 30) {
        guard let process = member.process else { return }
        askToStop(member)
        let end = Date(timeIntervalSinceNow: seconds)
        while process.isRunning, Date() < end { usleep(20_000) }
        if process.isRunning {
            deaths.append("p\(member.number) did not stop within \(Int(seconds)) s")
            kill9(member)
        } else if process.terminationStatus != 0 {
            deaths.append("p\(member.number) stopped with exit code \(process.terminationStatus)")
        }
        member.process = nil
    }

    /// The orderly way for all at once.
    func stopAll() {
        for member in members { askToStop(member) }
        for member in members { stop(member) }
    }

    private func askToStop(_ member: Member) {
        guard member.isUp else { return }
        thaw(member)
        kill(member.pid, SIGTERM)
    }

    func freeze(_ member: Member) {
        guard member.isUp else { return }
        kill(member.pid, SIGSTOP)
        member.isFrozen = true
    }

    func thaw(_ member: Member) {
        guard member.isFrozen else { return }
        kill(member.pid, SIGCONT)
        member.isFrozen = false
    }

    /// Notes who has ended without being told to.
    func notice() {
        for member in members {
            guard let process = member.process, !process.isRunning else { continue }
            deaths.append("p\(member.number) ended by itself with exit code \(process.terminationStatus)")
            member.process = nil
        }
    }
}
