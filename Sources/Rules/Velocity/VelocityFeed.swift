internal import Sequences
internal import Transactions

/// Evaluates what a transaction adds to aggregates. Owns its working memory: one feed a thread.
final class VelocityFeed {
    /// What one expression of an aggregate may cost.
    private static let budget = 5_000

    /// Where an aggregate's value comes from.
    private enum Input {
        case fact(FactSource)
        /// Position among the expressions.
        case expression(Int)
    }

    let aggregates: [CompiledAggregate]
    /// (aggregates)
    private let inputs: [Input]
    private let expressions: [CompiledExpression]
    private let conditions: ConditionTable
    /// What tests of conditions read, as the table lays it out; nobody else's, so no access has to be checked.
    private let numbers: UnsafeMutableBufferPointer<Double>
    private let testedFacts: [Int]
    private let machine: Machine
    /// By slot: where facts come from; nil for those that no aggregate reads.
    private let sources: [FactSource?]
    /// The facts that the machine reads for the current transaction, each once it is asked for.
    private var loaded: [Bool]

    init(_ rules: RuleSet) {
        aggregates = rules.velocities.aggregates
        machine = Machine(rules.program)
        var (inputs, expressions): ([Input], [CompiledExpression]) = ([], [])
        var conditions = ConditionTable(factCount: rules.names.factCount)
        var sources = [FactSource?](repeating: nil, count: rules.names.factCount)
        for binding in rules.velocities.bindings { sources[binding.slot] = binding.source }
        for aggregate in aggregates {
            conditions.append(aggregate.condition)
            switch aggregate.source {
            case .fact(let slot): inputs.append(.fact(sources[slot] ?? .score))
            case .expression(let expression):
                inputs.append(.expression(expressions.count))
                expressions.append(expression)
            }
        }
        (self.sources, self.inputs, self.expressions, self.conditions) = (sources, inputs, expressions, conditions)
        loaded = Array(repeating: false, count: sources.count)
        testedFacts = conditions.testedFacts.sorted()
        numbers = .allocate(capacity: conditions.numbers.count)
        _ = numbers.initialize(from: conditions.numbers)
    }

    deinit { numbers.deallocate() }

    /// Readies conditions and expressions for another transaction.
    @inline(__always)
    func begin(_ transaction: Transaction) {
        loaded.withUnsafeMutableBufferPointer { $0.update(repeating: false) }
        for slot in testedFacts { numbers[slot] = sources[slot]?.number(in: transaction) ?? .nan }
    }

    private func load(_ slot: Int, _ transaction: Transaction) {
        guard !loaded[slot] else { return }
        loaded[slot] = true
        machine.setFact(slot, to: sources[slot]?.value(in: transaction) ?? .failure(.absent))
    }

    private func value(of expression: Int, _ transaction: Transaction) -> Value {
        for slot in expressions[expression].facts { load(slot, transaction) }
        return machine.run(at: expressions[expression].start, budget: Self.budget)
    }

    /// Whether the transaction counts, as far as the aggregate's condition goes.
    @inline(__always)
    private func counts(_ index: Int, _ transaction: Transaction) -> Bool {
        conditions.verdict(index, numbers) { sources[$0]?.value(in: transaction) ?? .failure(.absent) }
            ?? holds(index, transaction)
    }

    private func holds(_ index: Int, _ transaction: Transaction) -> Bool {
        for place in conditions.entries[index].facts { load(conditions.facts[place], transaction) }
        return machine.test(at: conditions.entries[index].start, budget: Self.budget) ?? false
    }

    /// The number that the transaction adds to an aggregate of moments; nil where it does not count.
    @inline(__always)
    func number(_ index: Int, _ transaction: Transaction) -> Double? {
        guard counts(index, transaction) else { return nil }
        switch inputs[index] {
        case .fact(let source):
            let number = source.number(in: transaction)
            return number.isFinite ? number : nil
        case .expression(let expression): return Self.number(value(of: expression, transaction))
        }
    }

    /// The element that the transaction adds to a distinct count.
    @inline(__always)
    func element(_ index: Int, _ transaction: Transaction) -> UInt64? {
        guard counts(index, transaction) else { return nil }
        switch inputs[index] {
        case .fact(let source):
            if let text = source.text(in: transaction) { return StableHash.identifier(text) }
            let number = source.number(in: transaction)
            return number.isFinite ? Self.element(number) : nil
        case .expression(let expression):
            switch value(of: expression, transaction) {
            case .string(let text): return StableHash.identifier(text)
            case .bool(let flag): return flag ? 1 : 2
            case let value: return Self.number(value).map(Self.element)
            }
        }
    }

    /// The value that the transaction leaves as the last one.
    @inline(__always)
    func content(_ index: Int, _ transaction: Transaction) -> LastValue.Content? {
        guard counts(index, transaction) else { return nil }
        switch inputs[index] {
        case .fact(let source):
            if let text = source.text(in: transaction) { return Self.isKept(text) ? .text(text) : nil }
            let number = source.number(in: transaction)
            return number.isFinite ? .number(number) : nil
        case .expression(let expression):
            let value = value(of: expression, transaction)
            if case .string(let text) = value { return Self.isKept(text) ? .text(text) : nil }
            return Self.number(value).map { .number($0) }
        }
    }

    /// What the transaction adds to an aggregate of an entity.
    func contribution(_ index: Int, _ transaction: Transaction) -> AggregateContribution? {
        switch aggregates[index].specification.kind {
        case .moments: number(index, transaction).map { .number($0) }
        case .distinct: element(index, transaction).map { .element($0) }
        case .last: content(index, transaction).map { .last($0) }
        }
    }

    private static func isKept(_ text: String) -> Bool { text.utf8.count <= 1024 }

    private static func number(_ value: Value) -> Double? {
        switch value {
        case .double(let number): number.isFinite ? number : nil
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        default: nil
        }
    }

    private static func element(_ number: Double) -> UInt64 {
        withUnsafeBytes(of: (number == 0 ? 0 : number).bitPattern) { StableHash.bytes($0) }
    }
}
