/// What became of a condition that was tried.
package enum ConditionTrial: Hashable, Sendable {
    /// Its text or its types are wrong.
    case refused
    /// It failed at run time.
    case failed
    case holds(Bool)
    /// Two ways to the same answer differ: a fault of ours.
    case contradicted(String)
}

extension RuleEvaluator {
    /// Checks, compiles and evaluates a condition that is in no rule, over the facts of the event explained last: what
    /// a rule file costs to read is not spent on every condition. Facts that no rule of the set reads are absent.
    package func trial(of condition: String) -> ConditionTrial {
        guard let expression = try? Parser.parse(condition) else { return .refused }
        if let canonical = ExpressionText.canonical(condition), ExpressionText.canonical(canonical) != canonical {
            return .contradicted("its canonical text has another one: \(canonical)")
        }
        let (type, faults) = Checker.check(expression, names: rules.names)
        guard faults.isEmpty, type == .bool || type == .dyn else { return .refused }
        guard let value = value(of: expression) else { return .refused }
        let isHeld: Bool? = if case .bool(let isHeld) = value { isHeld } else { nil }
        if let verdict = testVerdict(on: expression), verdict != isHeld {
            return .contradicted("tests say \(verdict), the machine \(isHeld.map(String.init) ?? "nothing")")
        }
        return isHeld.map { .holds($0) } ?? .failed
    }

    /// What tests tell of a condition over the machine's facts.
    private func testVerdict(on condition: Expression) -> Bool? {
        let slots = Set(0..<rules.names.factCount)
        var table = ConditionTable(factCount: rules.names.factCount)
        table.append(
            CompiledCondition(
                expression: CompiledExpression(start: 0, facts: []),
                tests: ConditionTests(of: condition, names: rules.names, slots: slots)))
        var numbers = table.numbers
        for slot in table.testedFacts { numbers[slot] = machine.fact(slot).testNumber }
        return numbers.withUnsafeMutableBufferPointer { table.verdict(0, $0) { machine.fact($0) } }
    }
}
