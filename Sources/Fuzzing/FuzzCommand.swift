import ArgumentParser
import Dispatch
import Foundation
import Pipeline

/// `vigil-fuzz`: feeds mutated inputs to whatever reads bytes from outside, to find what crashes, hangs or leaks.
@main
struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vigil-fuzz",
        abstract: "Feeds mutated inputs to a decoder and fails if one crashes it, takes too long, or memory grows.",
        discussion: """
            Input n depends on the seed and n alone: a crash names its number, and --first n --inputs 1 repeats it. Runs \
            in release and under --sanitize=address.
            """)

    @Option(help: "What reads the inputs.")
    var target: FuzzTarget

    @Option(help: "How many inputs.")
    var inputs = 1_000_000

    @Option(help: "What the inputs are made from.")
    var seed: UInt64 = 1

    @Option(help: "Number of the first input.")
    var first = 0

    @Option(help: "Longest processor time one input may take.")
    var maximumSeconds = 2.0

    func validate() throws {
        guard inputs > 0, first >= 0 else { throw ValidationError("--inputs and --first must not be negative") }
    }

    func run() throws {
        CrashNote.install()
        let subject = try target.subject()
        var mutator = Mutator(corpus: subject.corpus, dictionary: subject.dictionary)
        let started = DispatchTime.now().uptimeNanoseconds
        var (accepted, settled) = (0, 0)
        var slowest = (nanoseconds: UInt64(0), number: first)
        for number in first..<first + inputs {
            CrashNote.number = number
            let input = mutator.input(seed: seed, number: number)
            // A busy machine is no hang.
            let before = ThreadTime.nanoseconds()
            if subject.read(input) { accepted += 1 }
            let taken = ThreadTime.nanoseconds() - before
            if taken > slowest.nanoseconds { slowest = (taken, number) }
            guard Double(taken) < maximumSeconds * 1e9 else {
                throw FuzzFailure("input \(number) of seed \(seed) took \(Double(taken) / 1e9) s")
            }
            if number - first == inputs / 10 { settled = Self.residentBytes() }
        }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - started) / 1e9
        let growth = Self.residentBytes() - settled
        print(
            "\(target): \(inputs) inputs, seed \(seed), \(accepted) accepted, \(Int(Double(inputs) / seconds))/s, "
                + "slowest \(slowest.nanoseconds / 1000) µs (input \(slowest.number)), "
                + "memory +\(max(0, growth) >> 10) KiB after the first tenth, peak \(Self.peakBytes() >> 20) MiB")
        guard growth < 64 << 20 else { throw FuzzFailure("memory grew by \(growth) bytes") }
    }

    /// - Source: proc(5), `status`: `VmHWM`, in KiB.
    private static func peakBytes() -> Int {
        let text = FileManager.default.contents(atPath: "/proc/self/status").map { String(decoding: $0, as: UTF8.self) }
        let line = text?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }

    /// - Source: proc(5), `statm`: the second field, in pages.
    private static func residentBytes() -> Int {
        let text = FileManager.default.contents(atPath: "/proc/self/statm").map { String(decoding: $0, as: UTF8.self) }
        let fields = text?.split(separator: " ") ?? []
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
    }
}

/// Why a run failed.
struct FuzzFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
