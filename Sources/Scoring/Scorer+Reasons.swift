internal import Sequences
internal import Transactions
internal import Transformer

extension Scorer {
    /// The most reasons a decision carries.
    static let reasonLimit = 4

    /// Fills in the reasons of flagged events: how far the log-odds fall when one feature is put at its usual value.
    ///
    /// The user's cache still ends at the event, so each variant costs one token.
    /// - Source: occlusion sensitivity, Zeiler and Fergus 2014, over features instead of image patches.
    func explain(_ flagged: [Int], of requests: [Request], into outcomes: inout [Outcome]) throws {
        let usual = model.encoder.usual
        for index in flagged {
            guard case .scored(var decision, let late) = outcomes[index], let cache = requests[index].user.cache
            else { continue }
            let logit = logits[prepared[index].row]
            rows.removeAll()
            var occluded: [Int] = []
            loadRaw(ofEvent: index)
            for feature in raw.indices where raw[feature] != usual[feature] {
                let value = raw[feature]
                raw[feature] = usual[feature]
                appendRow(time: prepared[index].time, cache: cache)
                raw[feature] = value
                occluded.append(feature)
            }
            try transformer.probe(rows, as: .replacement, in: caches, logits: &probeLogits)
            decision.reasons = zip(occluded, probeLogits)
                .map { (feature: $0, contribution: logit - $1) }
                .filter { $0.contribution > 0 }
                .sorted { ($1.contribution, $0.feature) < ($0.contribution, $1.feature) }
                .prefix(Self.reasonLimit)
                .map { reason in
                    Reason(
                        feature: extractor.names[reason.feature],
                        value: extractor.format(
                            raw[reason.feature], feature: reason.feature, of: requests[index].transaction),
                        contribution: reason.contribution)
                }
            outcomes[index] = .scored(decision, late: late)
        }
    }
}
