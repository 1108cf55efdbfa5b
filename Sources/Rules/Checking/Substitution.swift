/// What the checker has found out about type variables.
struct Substitution {
    private var bindings: [Int: StaticType] = [:]
    private var next = 0

    mutating func fresh() -> StaticType {
        next += 1
        return .variable(next)
    }

    /// The type with its known variables replaced.
    func resolve(_ type: StaticType) -> StaticType {
        switch type {
        case .variable(let number): bindings[number].map(resolve) ?? type
        case .list(let element): .list(resolve(element))
        case .map(let key, let value): .map(resolve(key), resolve(value))
        default: type
        }
    }

    /// Whether a value of one type may stand where the other is wanted; binds variables to make it so.
    mutating func unify(_ left: StaticType, _ right: StaticType) -> Bool {
        let (left, right) = (resolve(left), resolve(right))
        switch (left, right) {
        case _ where left == right: return true
        case (.variable(let number), _): return bind(number, to: right)
        case (_, .variable(let number)): return bind(number, to: left)
        case (.dyn, _), (_, .dyn): return true
        case (.list(let left), .list(let right)): return unify(left, right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return unify(leftKey, rightKey) && unify(leftValue, rightValue)
        default: return false
        }
    }

    private mutating func bind(_ number: Int, to type: StaticType) -> Bool {
        guard !occurs(number, in: type) else { return false }
        bindings[number] = type
        return true
    }

    private func occurs(_ number: Int, in type: StaticType) -> Bool {
        switch type {
        case .variable(let other): other == number
        case .list(let element): occurs(number, in: element)
        case .map(let key, let value): occurs(number, in: key) || occurs(number, in: value)
        default: false
        }
    }
}
