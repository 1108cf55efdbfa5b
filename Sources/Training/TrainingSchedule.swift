import Scoring
import Sequences

/// How long to train where the options leave it open.
enum TrainingSchedule {
    /// Passes over the labels where there are enough.
    static let epochs = 4
    /// Steps that a cycle needs to settle, and the most passes over few labels for their sake.
    static let steps = 120
    static let mostEpochs = 60

    /// Passes of next-event prediction: three where labels are few and no base has learned from what there is.
    static func pretrainingEpochs(_ slices: LabelSlices, base: Model?) -> Int {
        slices.areFew && base == nil ? 3 : 0
    }

    /// Passes over the labelled sequences: as many as give a cycle its steps.
    static func epochs(_ sequences: EncodedSequences, _ slices: LabelSlices, _ options: TrainingOptions) -> Int {
        guard slices.areFew else { return epochs }
        let labels = slices.all
        let labelled = (0..<sequences.userCount).reduce(0) { tokens, user in
            let last = sequences.rows[sequences.starts[user]..<sequences.starts[user + 1]].lastIndex { labels[$0] >= 0 }
            return tokens + (last.map { $0 + 1 - sequences.starts[user] } ?? 0)
        }
        let stepTokens = options.batchSequences * options.maximumTokens
        let perEpoch = max(1, (labelled + stepTokens - 1) / stepTokens)
        return min(max((steps + perEpoch - 1) / perEpoch, epochs), mostEpochs)
    }
}
