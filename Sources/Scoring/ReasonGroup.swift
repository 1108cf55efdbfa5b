internal import Sequences
internal import Transactions

/// Features that tell an analyst one thing, put at their usual values together so that they do not hide each other.
struct ReasonGroup: Sendable {
    /// What the features are about.
    enum Subject: Sendable {
        /// Amount, amount against the user's median, deviations from the user's mean.
        case amount
        /// Time since the last transaction, counts in an hour and a day.
        case activity
        case hour
        case weekday
        /// The declared feature of this position in the schema.
        case declared(Int)
        /// How often a declared category came among the user's last transactions.
        case recurrence
        /// What labels have shown of one entity.
        case history
        /// How often one entity was seen of late.
        case traffic
    }

    let name: String
    let subject: Subject
    /// Positions of the raw values, ascending.
    let features: [Int]
    /// (features) what an unremarkable transaction has there.
    let usual: [UInt32]

    /// Puts the group's values at their usual ones; false where that changes nothing.
    func occlude(_ raw: inout [UInt32]) -> Bool {
        var changed = false
        for (feature, usual) in zip(features, usual) {
            // A first transaction has no median to compare with; that is activity's to tell.
            if case .amount = subject, Float(bitPattern: raw[feature]).isNaN, feature != features.first { continue }
            changed = changed || raw[feature] != usual
            raw[feature] = usual
        }
        return changed
    }
}
