public import Sequences
public import Transactions

extension RuleEvaluator {
    /// Evaluates every rule, those that are off last, and each part of its condition apart, on an observed transaction.
    ///
    /// What stands inside a macro such as `exists` has no value of its own and is left out.
    public func explain(
        _ transaction: Transaction, modelScore: Double, lastDecision: Disposition?,
        observations: borrowing RuleObservations, row: RuleObservations.Row, ledger: EntityLedger
    ) -> [RuleExplanation] {
        facts.begin(transaction, modelScore, lastDecision, observations, row, numbers: numbers)
        for binding in rules.bindings { facts.load(binding.slot, transaction, observations, ledger, into: machine) }
        return (rules.compiled + rules.off).map { compiled in
            var parts: [RuleExplanation.Part] = []
            if let expression = try? Parser.parse(compiled.rule.condition) {
                explain(expression, of: Array(compiled.rule.condition.utf8), depth: 0, into: &parts)
            }
            return RuleExplanation(
                rule: compiled.rule.id, action: compiled.action,
                value: Self.text(
                    of: machine.run(at: compiled.condition.expression.start, budget: Self.conditionBudget)),
                setAside: rules.setAside(compiled.rule, for: transaction), parts: parts)
        }
    }

    private func explain(
        _ expression: Expression, of text: [UInt8], depth: Int, into parts: inout [RuleExplanation.Part]
    ) {
        let span = expression.span
        if !expression.isConstant, span.start < span.end, span.end <= text.count,
            let value = value(of: expression)
        {
            parts.append(
                RuleExplanation.Part(
                    expression: String(decoding: text[span.start..<span.end], as: UTF8.self),
                    value: Self.text(of: value), depth: depth))
        }
        for part in expression.parts { explain(part, of: text, depth: depth + 1, into: &parts) }
    }

    /// Compiled into a program of its own, over the facts as they are set.
    func value(of expression: Expression) -> Value? {
        var compiler = Compiler(names: rules.names)
        guard let expression = try? compiler.add(expression) else { return nil }
        let machine = Machine(compiler.program)
        for slot in compiler.program.factsUsed { machine.setFact(slot, to: self.machine.fact(slot)) }
        return machine.run(at: expression.start, budget: Self.conditionBudget)
    }

    private static func text(of value: Value) -> String {
        if case .failure(let failure) = value { return "error: \(failure.message)" }
        return ReasonTemplate.text(of: value)
    }
}

extension Expression {
    fileprivate var isConstant: Bool {
        if case .literal = kind { true } else { false }
    }

    /// The parts that have values of their own.
    fileprivate var parts: [Expression] {
        switch kind {
        case .literal, .name, .comprehension, .list, .map: []
        case .select(let operand, _, _): operand.qualifiedName == nil ? [operand] : []
        case .call("@grouped", _, let arguments): arguments.first?.parts ?? []
        case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .logical(_, let operands): operands
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        }
    }
}
