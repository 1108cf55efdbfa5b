/// One operation on two numbers, each by its place.
struct NumberStep: Sendable {
    enum Operation: Sendable {
        case add
        case subtract
        case multiply
        case divide
        case less
        case lessOrEqual
        case greater
        case greaterOrEqual
        case equal
        case notEqual
        case and
        case or

        init?(_ binary: BinaryOperator) {
            switch binary {
            case .add: self = .add
            case .subtract: self = .subtract
            case .multiply: self = .multiply
            case .divide: self = .divide
            case .less: self = .less
            case .lessOrEqual: self = .lessOrEqual
            case .greater: self = .greater
            case .greaterOrEqual: self = .greaterOrEqual
            case .equal: self = .equal
            case .notEqual: self = .notEqual
            default: return nil
            }
        }

        var isComparison: Bool {
            switch self {
            case .add, .subtract, .multiply, .divide, .and, .or: false
            case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
            }
        }
    }

    let operation: Operation
    let left: Int
    let right: Int

    @inline(__always)
    func result(_ numbers: UnsafeMutableBufferPointer<Double>) -> Double {
        let (left, right) = (numbers[left], numbers[right])
        switch operation {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide: return left / right
        case .and: return left == 0 || right == 0 ? 0 : left * right
        case .or: return left == 1 || right == 1 ? 1 : left + right
        default: break
        }
        if left.isNaN || right.isNaN { return .nan }
        switch operation {
        case .less: return left < right ? 1 : 0
        case .lessOrEqual: return left <= right ? 1 : 0
        case .greater: return left > right ? 1 : 0
        case .greaterOrEqual: return left >= right ? 1 : 0
        case .equal: return left == right ? 1 : 0
        default: return left != right ? 1 : 0
        }
    }
}
