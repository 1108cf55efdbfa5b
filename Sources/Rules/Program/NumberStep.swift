/// One operation on two numbers, each by its place.
struct NumberStep: Sendable {
    enum Operation: Sendable {
        /// Arithmetic or a comparison.
        case binary(BinaryOperator)
        case and
        case or
    }

    let operation: Operation
    let left: Int
    let right: Int

    @inline(__always)
    func result(_ numbers: UnsafeMutableBufferPointer<Double>) -> Double {
        let (left, right) = (numbers[left], numbers[right])
        switch operation {
        case .and: return left == 0 || right == 0 ? 0 : left * right
        case .or: return left == 1 || right == 1 ? 1 : left + right
        case .binary(.add): return left + right
        case .binary(.subtract): return left - right
        case .binary(.multiply): return left * right
        case .binary(.divide): return left / right
        case .binary(let comparison):
            guard !left.isNaN, !right.isNaN, let holds = comparison.compare(left, right) else { return .nan }
            return holds ? 1 : 0
        }
    }
}
