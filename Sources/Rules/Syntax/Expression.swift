/// A node of an expression's syntax tree; macros are nodes of their own, not expansions.
final class Expression: Sendable {
    enum Kind: Sendable {
        case literal(Value)
        /// A name; `isAbsolute` where a leading dot binds it to the root scope.
        case name(String, isAbsolute: Bool)
        /// `operand.field`, or `has(operand.field)` where `isTest`.
        case select(Expression, field: String, isTest: Bool)
        /// A function or operator; operators have the specification's names, such as `_+_`.
        case call(String, target: Expression?, arguments: [Expression])
        /// A chain of one logical operator, kept flat so that long conditions stay shallow.
        case logical(LogicalOperator, [Expression])
        case conditional(Expression, then: Expression, otherwise: Expression)
        case list([Expression])
        case map([(key: Expression, value: Expression)])
        case comprehension(Comprehension)
    }

    enum LogicalOperator: String, Sendable {
        case and = "&&"
        case or = "||"
    }

    let kind: Kind
    let span: SourceSpan
    /// Where a message about the node itself points: the operator or the function's name.
    let focus: SourceSpan
    /// Levels of nodes from here down, this one included.
    let height: Int
    /// What evaluating it is likely to take, in steps of the machine: only for choosing what to look at first.
    let effort: Int

    init(_ kind: Kind, at span: SourceSpan, focus: SourceSpan? = nil) {
        self.kind = kind
        self.span = span
        self.focus = focus ?? span
        let children = Self.children(of: kind)
        height = 1 + children.reduce(0) { max($0, $1.height) }
        effort = children.reduce(Self.ownEffort(of: kind)) { $0 + $1.effort }
    }

    /// `a.b.c` as a dotted name, where the node is nothing but names and dots.
    var qualifiedName: (name: String, isAbsolute: Bool)? {
        switch kind {
        case .name(let name, let isAbsolute): (name, isAbsolute)
        case .select(let operand, let field, false):
            operand.qualifiedName.map { ($0.name + "." + field, $0.isAbsolute) }
        default: nil
        }
    }

    private static func ownEffort(of kind: Kind) -> Int {
        switch kind {
        case .literal: 0
        case .name, .select, .logical, .conditional: 1
        case .call(let function, _, _):
            switch function {
            case "!_", "-_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_", "_%_", "@grouped": 1
            case "_==_", "_!=_": 2
            case "@in", "_[_]", "startsWith", "endsWith": 10
            case "matches": 100
            default: 20
            }
        case .list, .map: 10
        case .comprehension: 200
        }
    }

    private static func children(of kind: Kind) -> [Expression] {
        switch kind {
        case .literal, .name: []
        case .select(let operand, _, _): [operand]
        case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .logical(_, let operands), .list(let operands): operands
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .comprehension(let comprehension): comprehension.children
        }
    }
}
