/// A rule and where its expressions start in the set's program.
struct CompiledRule: Sendable {
    let rule: Rule
    let condition: CompiledCondition
    let reason: ReasonTemplate
    /// The action's text, ready for a hit.
    let action: String
    /// Whether users outside the sample, the end of a term or snoozes may set a match aside.
    let isConditional: Bool
}
