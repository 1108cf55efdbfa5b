/// A number compared with a constant, as bounds: what most conditions come down to. NaN stands for a value that only the
/// machine can judge; it neither holds nor fails.
struct NumberTest: Sendable {
    /// The fact's slot.
    let fact: Int
    let least: Double
    let greatest: Double

    @inline(__always)
    func holds(_ number: Double) -> Bool { number >= least && number <= greatest }

    @inline(__always)
    func fails(_ number: Double) -> Bool { number < least || number > greatest }

    /// An integer as a double, where no other integer is the same one.
    @inline(__always)
    static func exact(_ number: Int64) -> Double? { number.magnitude <= 1 << 53 ? Double(number) : nil }

    /// `number comparison constant`; nil where bounds cannot say it.
    init?(fact: Int, _ comparison: BinaryOperator, _ constant: Double) {
        guard constant.isFinite else { return nil }
        self.fact = fact
        switch comparison {
        case .less: (least, greatest) = (-.infinity, constant.nextDown)
        case .lessOrEqual: (least, greatest) = (-.infinity, constant)
        case .greater: (least, greatest) = (constant.nextUp, .infinity)
        case .greaterOrEqual: (least, greatest) = (constant, .infinity)
        case .equal: (least, greatest) = (constant, constant)
        default: return nil
        }
    }
}

extension Value {
    /// As tests want it: NaN where there is no number that a double holds.
    var testNumber: Double {
        switch self {
        case .double(let number): number
        case .int(let number): NumberTest.exact(number) ?? .nan
        default: .nan
        }
    }
}

extension BinaryOperator {
    /// The comparison with its sides exchanged; nil for other operators.
    var mirrored: BinaryOperator? {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual: self
        default: nil
        }
    }
}
