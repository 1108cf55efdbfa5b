import Testing

@testable import Rules

/// What tests decide without the machine is what the machine decides.
@Suite struct ConditionTestsTests {
    private static let facts: [(name: String, type: StaticType)] = [
        ("a", .double), ("b", .double), ("n", .int), ("m", .int), ("s", .string), ("t.s", .string),
        ("t.a", .double),
    ]
    private static let doubles: [Double] = [
        0, -0.0, 1, -1, 2.5, .leastNonzeroMagnitude, 1e300, -1e300, .infinity, -.infinity, .nan,
        Double.greatestFiniteMagnitude,
        9_007_199_254_740_992,
    ]
    private static let integers: [Int64] = [
        0, 1, -1, 2, 7, .max, .min, 1 << 53, 1 << 53 + 1, 1 << 53 - 1, -(1 << 53) - 1,
    ]
    private static let texts = [
        "x", "y", "", "é", "e\u{301}x", "\u{1F468}\u{200D}\u{1F469}", String(repeating: "ü", count: 300),
    ]
    private static let operators = ["<", "<=", ">", ">=", "==", "!="]

    private static func comparison(_ random: inout SeededGenerator) -> String {
        let isDouble = Bool.random(using: &random)
        let fact = isDouble ? ["a", "b"].randomElement(using: &random) : ["n", "m"].randomElement(using: &random)
        let constants =
            isDouble
            ? ["0.0", "-0.0", "1.0", "2.5", "-1.0", "4.9e-324", "1e300", "1e308", "1.7976931348623157e308"]
            : ["0", "1", "-1", "2", "9007199254740992", "9007199254740993", "9223372036854775807"]
        let pair = [fact ?? "a", constants.randomElement(using: &random) ?? "0"]
        let sides = Bool.random(using: &random) ? pair : pair.reversed()
        return sides.joined(separator: " \(operators.randomElement(using: &random) ?? "<") ")
    }

    private static let others = [
        "s == 'x'", "'y' != s", "t.s != 'x'", "has(t.s)", "has(t.a)", "has(t.a) && t.a > 1.0", "has(t.s) && t.s == s",
        "a + b > 1.0", "b <= a * 2.5", "-a < b", "!(a > 1.0)", "!(n == 2)", "a - b == 0.0", "a / b >= 1.0", "n < m",
        "n + m > 3", "n / m > 0", "a < n", "a == 1.0 || b == 2.5", "n != 7 || m > 1 || a > b", "!(a > b && n > m)",
        "(a > b) == (n > m)", "true", "false || a != b", "dyn(s) > 1", "t.a * t.a > a + 1.0 || !has(t.a)",
        "size(s) != 2", "s.size() + 0 > 1", "size(t.s) == 1 || size(s) >= n", "size(s) < 300", "size(s) == 300",
    ]

    private static func condition(_ depth: Int, _ random: inout SeededGenerator) -> String {
        guard depth > 0 else {
            return Int.random(in: 0..<2, using: &random) == 0
                ? others.randomElement(using: &random) ?? "true" : comparison(&random)
        }
        let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in condition(depth - 1, &random) }
        return "(\(parts.joined(separator: Int.random(in: 0..<5, using: &random) == 0 ? " || " : " && ")))"
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func testsDecideAsTheMachineDoes(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        var names = NameTable()
        for fact in Self.facts { names.declareFact(fact.name, fact.type) }
        var counts = (refuted: 0, proved: 0, open: 0)
        for _ in 0..<4000 {
            let text = Self.condition(Int.random(in: 0...2, using: &random), &random)
            let expression = try Parser.parse(text)
            guard Checker.check(expression, names: names).faults.isEmpty else { continue }
            var compiler = Compiler(names: names)
            var table = ConditionTable(factCount: Self.facts.count)
            // Some of the facts are sought late.
            let late = Set(Self.facts.indices.filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
            let tests = ConditionTests(
                of: expression, names: names, slots: Set(Self.facts.indices).subtracting(late), lateSlots: late)
            table.append(CompiledCondition(expression: try compiler.add(expression), tests: tests))
            let machine = Machine(compiler.program)
            for _ in 0..<8 {
                var numbers = table.numbers
                for (slot, fact) in Self.facts.enumerated() {
                    var value = Value.failure(.absent)
                    if Int.random(in: 0..<6, using: &random) > 0 {
                        switch fact.type {
                        case .double: value = .double(Self.doubles.randomElement(using: &random) ?? 0)
                        case .int: value = .int(Self.integers.randomElement(using: &random) ?? 0)
                        default: value = .string(Self.texts.randomElement(using: &random) ?? "")
                        }
                    }
                    // Only what is tested is at hand.
                    if table.testedFacts.contains(slot) { numbers[slot] = value.testNumber }
                    machine.setFact(slot, to: value)
                }
                let wanted = machine.test(at: table.entries[0].start, budget: 10_000)
                let verdict = numbers.withUnsafeMutableBufferPointer { numbers in
                    let selected = withUnsafeTemporaryAllocation(of: ConditionTable.Candidate.self, capacity: 1) {
                        table.select(numbers, into: $0) == 0 ? nil : $0[0]
                    }
                    let verdict = selected.map { table.verdict($0, numbers, machine.fact) } ?? false
                    #expect(table.verdict(0, numbers, machine.fact) == verdict)
                    return verdict
                }
                switch verdict {
                case false?:
                    #expect(wanted == false, "\(text): \(numbers)")
                    counts.refuted += 1
                case true?:
                    #expect(wanted == true, "\(text): \(numbers)")
                    counts.proved += 1
                case nil: counts.open += 1
                }
            }
        }
        #expect(counts.refuted > 3000 && counts.proved > 1000 && counts.open > 3000, "\(counts)")
    }
}
