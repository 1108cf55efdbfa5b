internal import Sequences
internal import Transactions

/// Evaluates what a transaction adds to aggregates. Owns its working memory: one feed a thread.
final class VelocityFeed {
    /// What one expression of an aggregate may cost.
    private static let budget = 5_000

    let aggregates: [CompiledAggregate]
    private let bindings: [FactBinding]
    private let machine: Machine

    init(_ rules: RuleSet) {
        aggregates = rules.velocities.aggregates
        bindings = rules.velocities.bindings
        machine = Machine(rules.program)
    }

    /// Readies the expressions for a transaction.
    @inline(__always)
    func take(_ transaction: Transaction) {
        for binding in bindings { machine.setFact(binding.slot, to: binding.source.value(in: transaction)) }
    }

    /// Nil where the transaction does not count: its condition does not hold, or its value is absent.
    @inline(__always)
    func contribution(to aggregate: CompiledAggregate) -> AggregateContribution? {
        if let condition = aggregate.condition {
            guard case .bool(true) = machine.run(at: condition, budget: Self.budget) else { return nil }
        }
        switch aggregate.source {
        case .one: return aggregate.specification.kind == .last ? .last(.number(0)) : .number(1)
        case .fact(let slot): return Self.contribution(of: machine.fact(slot), to: aggregate.specification.kind)
        case .expression(let start):
            return Self.contribution(
                of: machine.run(at: start, budget: Self.budget), to: aggregate.specification.kind)
        }
    }

    @inline(__always)
    private static func contribution(
        of value: Value, to kind: AggregateSpecification.Kind
    ) -> AggregateContribution? {
        switch kind {
        case .moments: return number(value).map { .number($0) }
        case .distinct: return element(value).map { .element($0) }
        case .last:
            if case .string(let text) = value, text.utf8.count <= 1024 { return .last(.text(text)) }
            return number(value).map { .last(.number($0)) }
        }
    }

    @inline(__always)
    private static func number(_ value: Value) -> Double? {
        switch value {
        case .double(let number): number.isFinite ? number : nil
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        default: nil
        }
    }

    private static func element(_ value: Value) -> UInt64? {
        if case .string(let text) = value { return StableHash.identifier(text) }
        if case .bool(let flag) = value { return flag ? 1 : 2 }
        return number(value).map { number in
            withUnsafeBytes(of: (number == 0 ? 0 : number).bitPattern) { StableHash.bytes($0) }
        }
    }
}
