/// A transaction while its fields come in; what is still missing at the end is a fault.
struct TransactionParts {
    var id: String?
    var user: String?
    var time: EventTime?
    var amount: Double?
    var entities: [String?]
    var features: [FeatureValue]
    /// Four per feature (lat, long, lat, long in degrees; NaN where missing) if the schema has distances, else empty.
    var coordinates: [Double]

    /// In its caller, as is `transaction`: passed on, the schema would be copied for every event.
    @inline(__always)
    init(schema: TransactionSchema, hasCoordinates: Bool) {
        // Appended to, because a repeating initialiser looks its storage's type up at every call.
        entities = []
        entities.reserveCapacity(schema.entities.count)
        for _ in 0..<schema.entities.count { entities.append(nil) }
        features = []
        features.reserveCapacity(schema.features.count)
        for _ in 0..<schema.features.count { features.append(.missing) }
        coordinates = hasCoordinates ? [Double](repeating: .nan, count: 4 * schema.features.count) : []
    }

    /// - Parameter fields: the names that faults carry.
    @inline(__always)
    consuming func transaction(
        schema: TransactionSchema, fields: @autoclosure () -> TransactionSchema.Fields
    ) throws(EventFault) -> Transaction {
        guard let id else { throw Self.missing(fields().id) }
        guard let user else { throw Self.missing(fields().user) }
        guard let time else { throw Self.missing(fields().time) }
        guard let amount else { throw Self.missing(fields().amount) }
        if !coordinates.isEmpty {
            for (index, feature) in schema.features.enumerated() where feature.kind == .distance {
                features[index] = try distance(index, feature)
            }
        }
        return Transaction(id: id, user: user, time: time, amount: amount, entities: entities, features: features)
    }

    private func distance(_ index: Int, _ feature: TransactionSchema.Feature) throws(EventFault) -> FeatureValue {
        for corner in 0..<4 {
            let value = coordinates[4 * index + corner]
            if value.isNaN { return .missing }
            let bound = corner.isMultiple(of: 2) ? 90.0 : 180.0
            guard abs(value) <= bound else {
                throw EventFault(
                    .outOfRange, field: feature.fields[corner], "expected degrees from -\(bound) to \(bound)")
            }
        }
        let first = GeographicPoint(latitude: coordinates[4 * index], longitude: coordinates[4 * index + 1])
        let second = GeographicPoint(latitude: coordinates[4 * index + 2], longitude: coordinates[4 * index + 3])
        return .number(first.kilometres(to: second))
    }

    static func missing(_ field: String) -> EventFault {
        EventFault(.missingField, field: field, "expected a value")
    }
}
