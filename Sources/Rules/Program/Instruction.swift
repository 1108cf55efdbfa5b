/// A place in the machine's memory: facts first, then registers, then constants.
typealias Place = Int32

/// One step of a compiled expression. The first place is where the result goes.
enum Instruction: Sendable {
    case move(Place, from: Place)
    case jump(Int32)
    /// Jumps where the place holds exactly this bool.
    case jumpIf(Place, Bool, to: Int32)
    /// Goes on where the place holds true; to `otherwise` on false; on anything else leaves a failure and ends at `end`.
    case branch(Place, otherwise: Int32, end: Int32)
    /// `&&` (or `||`) of two values already evaluated, absorbing a failure where the other decides.
    case and(Place, Place, Place)
    case or(Place, Place, Place)
    /// A comparison that is an operand of `&&` or `||`: joins what stands at the first place, and jumps where that decides.
    case compare(Comparison, Place, Place, Place, end: Int32)
    case not(Place, Place)
    case negate(Place, Place)
    case binary(BinaryOperator, Place, Place, Place)
    /// Whether a value is in a constant set.
    case inSet(Place, Place, set: Int32)
    /// Whether a string matches a constant pattern.
    case match(Place, Place, pattern: Int32)
    /// Whether a fact is present.
    case present(Place, Place)
    case field(Place, Place, name: Place)
    case hasField(Place, Place, name: Place)
    /// A function of `count` arguments in places one after another from `first`.
    case call(UInt16, Place, first: Place, count: UInt16)
    case emptyList(Place)
    case append(Place, Place)
    /// Ends at `end` with the value's failure, if it is one.
    case appendOrFail(Place, Place, end: Int32)
    /// A map from keys and values in two lists.
    case makeMap(Place, keys: Place, values: Place)
    /// Readies the range at `list` for `next`, which uses the four places after it: source, position, two variables.
    /// Ends at `end` with a failure where it is neither a list nor a map.
    case iterate(Place, list: Place, end: Int32)
    /// Gives the element (or key) at the position; where `two`, the index or key and then the value. At the end jumps.
    case next(list: Place, two: Bool, end: Int32)
    /// Counts a true; ends at `end` with a failure for anything but a bool.
    case countIf(Place, Place, end: Int32)
    /// Adds the entries of a map to the two lists at `keys` and `keys + 1`.
    case appendEntries(keys: Place, Place, end: Int32)
    case finish(Place)
}

/// How a comparison is part of a chain of `&&` or `||`.
struct Comparison: Sendable {
    var binary: BinaryOperator
    /// What decides the chain: false for `&&`, true for `||`.
    var decisive: Bool
    /// Nothing stands before it.
    var isFirst: Bool
}
