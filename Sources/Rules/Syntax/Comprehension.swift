/// A macro over the elements of a list or the keys of a map, or with a name for one value.
struct Comprehension: Sendable {
    enum Form: Sendable {
        case all
        case exists
        case existsOne
        /// `map`, and `transformList` with two variables.
        case map
        case filter
        case transformMap
        case transformMapEntry
        /// `cel.bind`: the range is a value of any type, bound to the variable in the body.
        case bind
    }

    let form: Form
    let range: Expression
    /// The element or key; with two variables the index or key.
    let variable: String
    /// The element or value, in the two-variable forms.
    let second: String?
    /// Which elements take part, in the forms that allow it.
    let condition: Expression?
    let body: Expression

    var children: [Expression] { [range, body] + (condition.map { [$0] } ?? []) }
}
