internal import Sequences

/// A window's state and what feeds it, fixed when rules are compiled.
struct CompiledAggregate: Sendable {
    /// Where the number, element or value comes from.
    enum Source: Sendable {
        /// A fact, by its slot.
        case fact(Int)
        case expression(CompiledExpression)
    }

    let specification: AggregateSpecification
    let source: Source
    /// Nil where every event counts.
    let condition: CompiledCondition?
    /// The entity's position in the schema; nil for the user.
    let entity: Int?
    /// Position among the user's states of its kind.
    let stateIndex: Int
}

/// A declared velocity: which state it is read from, and how.
struct CompiledVelocity: Sendable {
    let declaration: VelocityDeclaration
    /// Position among the compiled aggregates.
    let aggregate: Int
    /// What conditions see it as.
    let type: StaticType
}
