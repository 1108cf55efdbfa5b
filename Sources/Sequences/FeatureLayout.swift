import Transactions

/// The order of raw values: the user's features, the schema's, each category's recurrence, then each risk entity's.
package enum FeatureLayout {
    package static let user: [FeatureSpecification] = [
        FeatureSpecification(name: "amount", transform: .signedLog, unit: .amount),
        FeatureSpecification(name: "time_since_last", transform: .signedLog, unit: .seconds),
        FeatureSpecification(name: "hour", unit: .hourOfDay),
        FeatureSpecification(name: "weekday", unit: .weekday),
        FeatureSpecification(name: "amount_to_median", unit: .logRatio),
        FeatureSpecification(name: "amount_z", transform: .signedLog, unit: .deviations),
        FeatureSpecification(name: "count_1h", transform: .signedLog, unit: .count),
        FeatureSpecification(name: "count_24h", transform: .signedLog, unit: .count),
    ]

    static func declared(_ feature: TransactionSchema.Feature) -> FeatureSpecification {
        switch feature.kind {
        case .number: FeatureSpecification(name: feature.name)
        case .logNumber: FeatureSpecification(name: feature.name, transform: .signedLog)
        case .category: FeatureSpecification(name: feature.name, kind: .category)
        case .distance: FeatureSpecification(name: feature.name, transform: .signedLog, unit: .kilometres)
        }
    }

    /// Of a declared category: how often it came among the user's last transactions, and when last.
    package static let recurrence: [FeatureSpecification] = [
        FeatureSpecification(name: "same_7d", transform: .signedLog, unit: .count),
        FeatureSpecification(name: "since_same", transform: .signedLog, unit: .seconds),
    ]

    package static let risk: [FeatureSpecification] = [
        FeatureSpecification(name: "matured_1d", transform: .signedLog, unit: .count),
        FeatureSpecification(name: "matured_7d", transform: .signedLog, unit: .count),
        FeatureSpecification(name: "matured_30d", transform: .signedLog, unit: .count),
        FeatureSpecification(name: "fraud_share_1d", unit: .share),
        FeatureSpecification(name: "fraud_share_7d", unit: .share),
        FeatureSpecification(name: "fraud_share_30d", unit: .share),
        FeatureSpecification(name: "last_label_1", unit: .flag),
        FeatureSpecification(name: "last_label_2", unit: .flag),
        FeatureSpecification(name: "last_label_3", unit: .flag),
        FeatureSpecification(name: "fraud_run", transform: .signedLog, unit: .count),
        FeatureSpecification(name: "fraud_run_age", transform: .signedLog, unit: .days),
        FeatureSpecification(name: "fraud_run_midnights", unit: .days),
        FeatureSpecification(name: "fraud_run_gap", transform: .signedLog, unit: .days),
        FeatureSpecification(name: "fraud_run_amount", transform: .signedLog, unit: .amount),
        FeatureSpecification(name: "genuine_midnights", transform: .signedLog, unit: .days),
        FeatureSpecification(name: "label_mean", unit: .share),
        FeatureSpecification(name: "newest_label_age", transform: .signedLog, unit: .days),
        FeatureSpecification(name: "last_fraud_age", transform: .signedLog, unit: .days),
        FeatureSpecification(name: "recent_1d", transform: .signedLog, unit: .count),
        FeatureSpecification(name: "recent_7d", transform: .signedLog, unit: .count),
    ]

    static func features(of schema: TransactionSchema) -> [FeatureSpecification] {
        var features = user + schema.features.map(declared)
        func add(_ group: [FeatureSpecification], of name: String) {
            for var feature in group {
                feature.name = "\(name).\(feature.name)"
                features.append(feature)
            }
        }
        for feature in schema.features where feature.kind == .category { add(recurrence, of: feature.name) }
        for entity in schema.entities where entity.risk { add(risk, of: entity.name) }
        return features
    }
}
