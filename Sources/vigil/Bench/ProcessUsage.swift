import Foundation

/// What the kernel says that a process has used so far.
struct ProcessUsage {
    /// User and system time of all its threads, those that have ended included.
    var seconds: Double
    /// The same of the threads that live, by their names.
    var secondsByThread: [String: Double]
    /// Memory in use, and the most there ever was.
    var residentBytes: Int
    var peakBytes: Int

    /// - Source: proc(5): `stat` fields 14 and 15, `status` lines VmRSS and VmHWM.
    init(of process: Int32) {
        let directory = "/proc/\(process)"
        seconds = Self.processorSeconds("\(directory)/stat")
        secondsByThread = [:]
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/task")) ?? []
        for task in tasks {
            let name = Self.text("\(directory)/task/\(task)/comm").trimmingCharacters(in: .whitespacesAndNewlines)
            secondsByThread[name, default: 0] += Self.processorSeconds("\(directory)/task/\(task)/stat")
        }
        let status = Self.text("\(directory)/status").split(separator: "\n")
        func bytes(_ name: String) -> Int {
            let line = status.first { $0.hasPrefix(name + ":") }
            return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
        }
        residentBytes = bytes("VmRSS")
        peakBytes = bytes("VmHWM")
    }

    /// The processes that `parent` has started and that still run.
    static func children(of parent: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { process in
            let fields = statFields("/proc/\(process)/stat")
            return fields.count > 1 && fields[1] == "\(parent)"
        }
    }

    /// Program and arguments, as the kernel keeps them.
    static func commandLine(of process: Int32) -> String { text("/proc/\(process)/cmdline") }

    private static func processorSeconds(_ path: String) -> Double {
        let fields = statFields(path)
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The fields after the program's name, which may hold anything.
    private static func statFields(_ path: String) -> [Substring] {
        let text = text(path)
        guard let end = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
