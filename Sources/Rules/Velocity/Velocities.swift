internal import Sequences

/// All of a rule set's aggregates, compiled.
struct Velocities: Sendable {
    var aggregates: [CompiledAggregate] = []
    var declared: [CompiledVelocity] = []
    /// The facts that their expressions read.
    var bindings: [FactBinding] = []

    /// What is kept of every user.
    var layout: AggregateLayout { AggregateLayout(aggregates.filter { $0.entity == nil }.map(\.specification)) }
}
