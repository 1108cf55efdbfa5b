/// How a tensor's values are drawn before training.
public enum Initialiser: Sendable, Hashable {
    /// Every value the same.
    case constant(Float)
    /// Uniform in `-limit ..< limit`.
    case uniform(limit: Float)
    /// Normal with mean zero.
    case normal(deviation: Float)
    /// Evenly spaced from the first value to the last.
    case spread(from: Float, to: Float)

    /// Fills `values`, drawing from `random` where the initialiser is random.
    func fill(_ values: UnsafeMutableBufferPointer<Float>, from random: inout SplitMix64) {
        switch self {
        case .constant(let value):
            values.update(repeating: value)
        case .uniform(let limit):
            for index in values.indices { values[index] = (2 * random.nextUnit() - 1) * limit }
        case .normal(let deviation):
            for index in values.indices { values[index] = random.nextNormal() * deviation }
        case .spread(let first, let last):
            let steps = Float(max(values.count - 1, 1))
            for index in values.indices { values[index] = first + (last - first) * Float(index) / steps }
        }
    }
}
