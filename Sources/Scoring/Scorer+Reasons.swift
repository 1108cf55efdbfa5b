internal import Sequences
internal import Transactions
internal import Transformer

extension Scorer {
    /// The most reasons a decision carries.
    static let reasonLimit = 4
    /// What a reason must contribute to be worth reading, as a share of the strongest.
    static let reasonShare: Float = 0.05

    /// Fills in the reasons of flagged events: how far the log-odds fall when one group of features is put at its usual
    /// values.
    ///
    /// The user's cache still ends at the event, so each group costs one token.
    /// - Source: occlusion sensitivity, Zeiler and Fergus 2014, over groups of features instead of image patches.
    func explain(_ flagged: [Int], of part: BatchPart) throws {
        for index in flagged {
            guard case .scored(var decision, let late) = part.outcome(of: index).pointee,
                let cache = part[index].user.cache
            else { continue }
            let logit = logits[prepared[index].row]
            rows.removeAll()
            var occluded: [Int] = []
            for (number, group) in reasonGroups.enumerated() {
                loadRaw(ofEvent: index)
                guard group.occlude(&raw) else { continue }
                appendRow(time: prepared[index].time, cache: cache)
                occluded.append(number)
            }
            try transformer.probe(rows, as: .replacement, in: caches, logits: &probeLogits)
            loadRaw(ofEvent: index)
            decision.reasons = Self.strongest(logit, occluded: probeLogits)
                .map { reason in
                    let group = reasonGroups[occluded[reason.place]]
                    return Reason(
                        feature: group.name,
                        value: group.value(raw, of: part[index].transaction, encoder: model.encoder),
                        contribution: reason.contribution)
                }
            part.outcome(of: index).pointee = .scored(decision, late: late)
        }
    }

    /// Which occluded logits fall far enough below the event's to be reasons, the farthest first. What is no number, or
    /// none that can be written down, as from weights out of all bounds, is no reason.
    static func strongest(_ logit: Float, occluded: [Float]) -> [(place: Int, contribution: Float)] {
        let falls = occluded.enumerated().map { (place: $0.offset, contribution: logit - $0.element) }
            .filter { $0.contribution > 0 && $0.contribution.isFinite }
        let least = reasonShare * (falls.map(\.contribution).max() ?? 0)
        return Array(
            falls.filter { $0.contribution >= least }
                .sorted { ($1.contribution, $0.place) < ($0.contribution, $1.place) }
                .prefix(reasonLimit))
    }
}
