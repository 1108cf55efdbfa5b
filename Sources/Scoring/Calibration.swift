import Foundation

/// Turns a model's logit into a probability of fraud; never falling as the logit rises.
public enum Calibration: Hashable, Sendable {
    /// The logit's own sigmoid.
    case identity
    /// sigmoid(slope · logit + intercept), the slope positive.
    case platt(slope: Double, intercept: Double)
    /// Straight lines between points; flat outside them.
    case isotonic(logits: [Float], probabilities: [Float])

    /// The probability of fraud, in 0...1; no number for a logit that is none.
    public func probability(logit: Float) -> Float {
        guard !logit.isNaN else { return .nan }
        switch self {
        case .identity:
            return Float(sigmoid(Double(logit)))
        case .platt(let slope, let intercept):
            return Float(sigmoid(slope * Double(logit) + intercept))
        case .isotonic(let logits, let probabilities):
            return interpolated(logit, logits, probabilities)
        }
    }

    /// What is wrong with the numbers, if anything.
    var fault: String? {
        switch self {
        case .identity: return nil
        case .platt(let slope, let intercept):
            return slope > 0 && slope.isFinite && intercept.isFinite ? nil : "slope must be positive, both finite"
        case .isotonic(let logits, let probabilities):
            guard !logits.isEmpty, logits.count == probabilities.count else { return "points without a partner" }
            guard logits.allSatisfy(\.isFinite), zip(logits, logits.dropFirst()).allSatisfy(<) else {
                return "logits must rise"
            }
            guard probabilities.allSatisfy({ (0...1).contains($0) }),
                zip(probabilities, probabilities.dropFirst()).allSatisfy(<=)
            else { return "probabilities must not fall and lie in 0...1" }
            return nil
        }
    }

    private func interpolated(_ logit: Float, _ logits: [Float], _ probabilities: [Float]) -> Float {
        let above = logits.partitioningIndex { $0 > logit }
        if above == 0 { return probabilities[0] }
        if above == logits.count { return probabilities[above - 1] }
        let share = (logit - logits[above - 1]) / (logits[above] - logits[above - 1])
        let rise = probabilities[above] - probabilities[above - 1]
        return min(max(probabilities[above - 1] + share * rise, probabilities[above - 1]), probabilities[above])
    }
}

private func sigmoid(_ value: Double) -> Double {
    value >= 0 ? 1 / (1 + exp(-value)) : exp(value) / (1 + exp(value))
}

extension Array {
    /// The first index whose element satisfies a predicate that, once true, stays true.
    fileprivate func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) >> 1
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Calibration: Codable {
    private enum Kind: String, Codable {
        case identity
        case platt
        case isotonic
    }

    private enum CodingKeys: String, CodingKey {
        case kind
        case slope
        case intercept
        case logits
        case probabilities
    }

    public init(from decoder: any Swift.Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .identity: self = .identity
        case .platt:
            self = .platt(
                slope: try container.decode(Double.self, forKey: .slope),
                intercept: try container.decode(Double.self, forKey: .intercept))
        case .isotonic:
            self = .isotonic(
                logits: try container.decode([Float].self, forKey: .logits),
                probabilities: try container.decode([Float].self, forKey: .probabilities))
        }
        if let fault {
            throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: fault)
        }
    }

    public func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .identity: try container.encode(Kind.identity, forKey: .kind)
        case .platt(let slope, let intercept):
            try container.encode(Kind.platt, forKey: .kind)
            try container.encode(slope, forKey: .slope)
            try container.encode(intercept, forKey: .intercept)
        case .isotonic(let logits, let probabilities):
            try container.encode(Kind.isotonic, forKey: .kind)
            try container.encode(logits, forKey: .logits)
            try container.encode(probabilities, forKey: .probabilities)
        }
    }
}
