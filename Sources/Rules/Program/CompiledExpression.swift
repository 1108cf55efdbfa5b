/// An expression in a program.
struct CompiledExpression: Sendable {
    /// Where it starts.
    let start: Int
    /// The slots of the facts that it reads, in ascending order.
    let facts: [Int]
}

/// A condition in a program, and what can be told of it without running it.
struct CompiledCondition: Sendable {
    let expression: CompiledExpression
    let tests: ConditionTests
}
