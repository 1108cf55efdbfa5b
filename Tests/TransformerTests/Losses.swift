import Foundation

/// The losses of the fixture, straight from their definitions.
enum Losses {
    /// Mean binary cross-entropy; overwrites the logits by its derivatives.
    static func binary(_ logits: UnsafeMutableBufferPointer<Float>, _ labels: [Float]) -> Double {
        var loss = 0.0
        for (index, label) in labels.enumerated() {
            let probability = 1 / (1 + exp(-Double(logits[index])))
            loss -= log(label > 0.5 ? probability : 1 - probability) / Double(labels.count)
            logits[index] = Float((probability - Double(label)) / Double(labels.count))
        }
        return loss
    }

    /// Mean softmax cross-entropy; overwrites the logits (N, C) by its derivatives.
    static func softmax(_ logits: UnsafeMutableBufferPointer<Float>, _ targets: [Int]) -> Double {
        let classes = logits.count / targets.count
        var loss = 0.0
        for (row, target) in targets.enumerated() {
            let range = row * classes..<(row + 1) * classes
            let total = range.reduce(0.0) { $0 + exp(Double(logits[$1])) }
            loss -= (Double(logits[range.lowerBound + target]) - log(total)) / Double(targets.count)
            for index in range {
                let probability = exp(Double(logits[index])) / total
                let hit = index == range.lowerBound + target ? 1.0 : 0
                logits[index] = Float((probability - hit) / Double(targets.count))
            }
        }
        return loss
    }
}
