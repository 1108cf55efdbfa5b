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
        fileprivate var startedAt = Date.distantPast
        /// Set while the process has been asked to stop: when it must have ended, and what then happens.
        fileprivate var stopping: (end: Date, then: () throws -> Void)?

        init(number: Int) {
            self.number = number
        }

        var isUp: Bool { process?.isRunning ?? false }
        var isStopping: Bool { stopping != nil }
        var pid: pid_t { process?.processIdentifier ?? 0 }
    }

    private(set) var members: [Member] = []
    /// Processes that ended by themselves, with their exit codes: each is a finding.
    private(set) var deaths: [String] = []
    /// Aborts inside librdkafka that are known; a processor that aborts is one more that was killed.
    private(set) var knownAborts = 0
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
        member.startedAt = Date()
        member.stopping = nil
        member.isFrozen = false
    }

    /// `kill -9`.
    func kill9(_ member: Member) {
        guard let process = member.process else { return }
        kill(member.pid, SIGKILL)
        process.waitUntilExit()
        member.process = nil
        member.isFrozen = false
        member.stopping = nil
    }

    /// SIGTERM: the orderly way. `notice` sees the end of it; whoever does not end in time is killed, which is a finding.
    func stop(_ member: Member, then: @escaping () throws -> Void = {}) {
        guard member.isUp, member.stopping == nil else { return }
        thaw(member)
        member.stopping = (Date(timeIntervalSinceNow: 30), then)
        kill(member.pid, SIGTERM)
    }

    /// The orderly way for all at once; returns when all have ended.
    func stopAll() throws {
        for member in members { stop(member) }
        while members.contains(where: { $0.stopping != nil }) {
            try notice()
            usleep(20_000)
        }
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

    /// Sees who has ended, and notes who should not have, or not like that.
    func notice() throws {
        for member in members {
            guard let process = member.process else { continue }
            guard process.isRunning else {
                try note(process, of: member)
                continue
            }
            if let stopping = member.stopping, Date() > stopping.end {
                deaths.append("\(member.owner) did not stop within 30 s")
                kill9(member)
            }
        }
    }

    private func log(of member: Member) -> String {
        let log = try? Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(member.owner).log"))
        return String(decoding: log ?? Data(), as: UTF8.self)
    }

    private func hitKnownFault(_ member: Member) -> Bool {
        log(of: member).contains("rd_kafka_sticky_assignor_state_destroy")
    }

    private func lastLine(of member: Member) -> Substring {
        log(of: member).split(separator: "\n").last ?? "it said nothing"
    }

    private func note(_ process: Process, of member: Member) throws {
        let stopping = member.stopping
        (member.process, member.stopping) = (nil, nil)
        // A program that has just begun has no handler yet and simply dies of the signal.
        let diedYoung =
            process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM
            && Date().timeIntervalSince(member.startedAt) < 5
        if process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGABRT, hitKnownFault(member) {
            // librdkafka 2.0.2 aborts where it leaves a group as its leader in the middle of a cooperative rebalance.
            knownAborts += 1
        } else if stopping == nil {
            deaths.append(
                "\(member.owner) ended by itself with exit code \(process.terminationStatus): \(lastLine(of: member))")
        } else if process.terminationStatus != 0 && !diedYoung {
            deaths.append(
                "\(member.owner) stopped with exit code \(process.terminationStatus): \(lastLine(of: member))")
        }
        try stopping?.then()
    }
}
