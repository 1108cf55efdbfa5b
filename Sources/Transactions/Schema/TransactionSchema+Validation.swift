extension TransactionSchema {
    private static let entityBuckets: ClosedRange<Int64> = 60_000...EventTime.millisecondsPerHour
    /// Names that every transaction has already.
    private static let reservedNames: Set<String> = ["id", "user", "time", "amount"]

    /// Checks what the types alone cannot say: names that rules can use and that differ, a field for each feature,
    /// four for a distance, a delay that is not negative, a bucket that divides a day.
    ///
    /// - Throws: `SchemaError` with the field's path; its file is the schema's name.
    public func validate() throws(SchemaError) {
        var names: Set<String> = []
        for (index, entity) in entities.enumerated() {
            try check(entity.name, at: "entities[\(index)].name", among: &names)
        }
        names = []
        for (index, feature) in features.enumerated() {
            try check(feature.name, at: "features[\(index)].name", among: &names)
            let count = feature.kind == .distance ? 4 : 1
            guard feature.fields.count == count else {
                let wanted = count == 4 ? "four fields: lat, long, lat, long" : "one field"
                throw SchemaError(file: name, field: "features[\(index)].fields", expected: wanted)
            }
        }
        if let label, label.fraudValues.isEmpty {
            throw SchemaError(file: name, field: "label.fraud_values", expected: "at least one value that means fraud")
        }
        guard (0...366 * EventTime.millisecondsPerDay).contains(labelDelayMilliseconds) else {
            throw SchemaError(file: name, field: "label_delay", expected: "at most 366d")
        }
        guard Self.entityBuckets.contains(entityBucketMilliseconds),
            EventTime.millisecondsPerDay % entityBucketMilliseconds == 0
        else {
            throw SchemaError(
                file: name, field: "entity_bucket", expected: "1m to 1h, a divisor of a day such as 1m, 5m or 15m")
        }
    }

    private func check(_ text: String, at path: String, among names: inout Set<String>) throws(SchemaError) {
        let letters = text.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || character == "_")
        }
        guard letters, text.first?.isNumber == false else {
            throw SchemaError(file: name, field: path, expected: "a name of letters, digits and _, not a digit first")
        }
        guard !Self.reservedNames.contains(text) else {
            throw SchemaError(file: name, field: path, expected: "a name other than id, user, time and amount")
        }
        guard names.insert(text).inserted else {
            throw SchemaError(file: name, field: path, expected: "a name not used before")
        }
    }
}
