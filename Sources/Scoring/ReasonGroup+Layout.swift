internal import Sequences
internal import Transactions

extension ReasonGroup {
    /// The groups of a model's features; every feature is in exactly one.
    static func groups(of encoder: Encoder) -> [ReasonGroup] {
        var positions: [String: Int] = [:]
        for (index, feature) in FeatureLayout.user.enumerated() { positions[feature.name] = index }
        func group(_ name: String, _ subject: Subject, _ features: [String]) -> ReasonGroup {
            plain(name, subject, features.compactMap { positions[$0] }, encoder)
        }
        var groups = [
            group("amount", .amount, ["amount", "amount_to_median", "amount_z"]),
            group("user activity", .activity, ["time_since_last", "count_1h", "count_24h"]),
            group("time of day", .hour, ["hour"]),
            group("weekday", .weekday, ["weekday"]),
        ]
        var start = FeatureLayout.user.count
        for (index, feature) in encoder.schema.features.enumerated() {
            groups.append(plain(feature.name, .declared(index), [start + index], encoder))
        }
        start += encoder.schema.features.count
        for feature in encoder.schema.features where feature.kind == .category {
            let own = FeatureLayout.recurrence.indices.map { start + $0 }
            groups.append(plain("\(feature.name) recurrence", .recurrence, own, encoder))
            start += own.count
        }
        for entity in encoder.schema.entities where entity.risk {
            groups.append(history(of: entity.name, from: start, encoder))
            let traffic = FeatureLayout.risk.indices.filter { isTraffic(FeatureLayout.risk[$0]) }
            groups.append(plain("\(entity.name) traffic", .traffic, traffic.map { start + $0 }, encoder))
            start += FeatureLayout.risk.count
        }
        return groups
    }

    private static func plain(
        _ name: String, _ subject: Subject, _ features: [Int], _ encoder: Encoder
    ) -> ReasonGroup {
        let features = features.sorted()
        return ReasonGroup(
            name: name, subject: subject, features: features, usual: features.map { encoder.fields[$0].usual })
    }

    /// An entity's history put at that of one as busy as usual whose labels are all genuine: the usual values of single
    /// features (a run without a fraud, yet an age of its first) would not fit together.
    private static func history(of entity: String, from start: Int, _ encoder: Encoder) -> ReasonGroup {
        let own = FeatureLayout.risk.indices.filter { !isTraffic(FeatureLayout.risk[$0]) }
        let usual = own.map { position in
            let usual = encoder.fields[start + position].usual
            let name = FeatureLayout.risk[position].name
            switch name {
            case "fraud_run_age", "fraud_run_midnights", "fraud_run_gap", "fraud_run_amount", "last_fraud_age":
                return Float.nan.bitPattern
            case "matured_1d", "matured_7d", "matured_30d", "newest_label_age", "genuine_midnights": return usual
            case _ where name.hasPrefix("fraud_share_"):
                // Without a transaction to be labelled there is no share.
                let matured = FeatureLayout.risk.firstIndex { $0.name == "matured_" + name.dropFirst(12) }
                let count = matured.map { Float(bitPattern: encoder.fields[start + $0].usual) } ?? .nan
                return count > 0 ? Float(0).bitPattern : Float.nan.bitPattern
            default: return Float(0).bitPattern
            }
        }
        return ReasonGroup(
            name: "\(entity) history", subject: .history, features: own.map { start + $0 }, usual: usual)
    }

    private static func isTraffic(_ feature: FeatureSpecification) -> Bool { feature.name.hasPrefix("recent_") }
}
