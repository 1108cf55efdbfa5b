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
            let strongest = probeLogits.map { logit - $0 }.max() ?? 0
            decision.reasons = zip(occluded, probeLogits)
                .map { (group: $0, contribution: logit - $1) }
                .filter { $0.contribution > 0 && $0.contribution >= Self.reasonShare * strongest }
                .sorted { ($1.contribution, $0.group) < ($0.contribution, $1.group) }
                .prefix(Self.reasonLimit)
                .map { reason in
                    let group = reasonGroups[reason.group]
                    return Reason(
                        feature: group.name,
                        value: group.value(raw, of: part[index].transaction, encoder: model.encoder),
                        contribution: reason.contribution)
                }
            part.outcome(of: index).pointee = .scored(decision, late: late)
        }
    }
}
