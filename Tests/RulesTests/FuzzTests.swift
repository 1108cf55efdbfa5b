import Foundation
import Testing

@testable import Rules

/// Numbers from a seed: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct FuzzTests {
    /// Inputs for each seed; `VIGIL_FUZZ_ROUNDS` asks for more.
    static let rounds = ProcessInfo.processInfo.environment["VIGIL_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 10_000

    private static let words = [
        "1", "0", "-1", "9223372036854775807", "2u", "0.5", "1e308", "'a'", "'😀'", "\"\"", "b'\\xff'", "true", "false",
        "null", "x", "y", "tx",
        "[", "]", "{", "}", "(", ")", ",", ".", ":", "?", "+", "-", "*", "/", "%", "!", "&&", "||", "==", "!=", "<",
        ">=", " in ", "size(",
        ".size()", ".map(x, ", ".all(x, ", ".exists(i, v, ", ".filter(x, ", ".transformMap(k, v, ", "has(tx.a)", "tx.a",
        "tx.b", "string(",
        "int(", "duration('1h')", "timestamp('2024-01-01T00:00:00Z')", ".matches('(a|b)*')", ".split(", ".format([",
        "math.greatest(", "`a`",
        "type(", "dyn(", "[1, 2, 3]", "{'a': 1}", ".join()", ".getHours('Europe/Berlin')", "'", "\\", "\n", "r'", "0x",
        "é", "//",
    ]

    /// An expression that mostly parses: a tree of operators over values.
    private static func tree(_ depth: Int, _ random: inout SeededGenerator) -> String {
        func below() -> String { tree(depth - 1, &random) }
        if depth == 0 { return words[Int.random(in: 0..<17, using: &random)] }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return "(\(below()) + \(below()))"
        case 1: return "\(below()) && \(below())"
        case 2: return "\(below()) ? \(below()) : \(below())"
        case 3: return "[\(below()), \(below())]"
        case 4: return "{\(below()): \(below())}"
        case 5: return "\(below()).map(x, \(below()))"
        case 6: return "\(below()).exists(x, y, \(below()))"
        case 7: return "\(below())[\(below())]"
        case 8: return "\(below()) in \(below())"
        case 9: return "dyn(\(below())) < \(below())"
        case 10: return "'%s'.format([\(below())])"
        default: return "\(below()).transformMapEntry(k, v, \(below()))"
        }
    }

    /// By turns a tree and a heap of words.
    static func expression(_ round: Int, _ random: inout SeededGenerator) -> String {
        guard round % 2 != 0 else { return tree(Int.random(in: 1...4, using: &random), &random) }
        let count = Int.random(in: 1...12, using: &random)
        return (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined()
    }

    /// Whatever comes in, something well-defined comes out, and a checked expression never meets an unknown name.
    @Test(arguments: [UInt64(1), 2])
    func nothingCrashes(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var names = NameTable()
        names.declareFact("x", .dyn)
        names.declareFact("tx.a", .double)
        names.declareFact("tx.b", .string)
        var evaluated = 0
        for round in 0..<Self.rounds {
            let text = Self.expression(round, &random)
            guard let expression = try? Parser.parse(text) else { continue }
            let faults = Checker.check(expression, names: names).faults
            for fault in faults {
                #expect(fault.span.start >= 0 && fault.span.end <= text.utf8.count && !fault.excerpt(of: text).isEmpty)
            }
            var compiler = Compiler(names: names)
            guard let start = try? compiler.add(expression).start else { continue }
            let machine = Machine(compiler.program)
            machine.setFact(0, to: .list([.int(1), .string("a")]))
            machine.setFact(1, to: .double(2))
            let value = machine.run(at: start, budget: 2000)
            if case .failure(let failure) = value, faults.isEmpty {
                #expect(failure.kind != .unknownName && failure.kind != .unknownFunction, "\(text)")
            }
            evaluated += 1
        }
        #expect(evaluated > Self.rounds * 2 / 5)
    }
}
