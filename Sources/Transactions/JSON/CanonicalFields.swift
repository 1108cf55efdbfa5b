/// Finds the parts of a transaction in canonical JSON.
struct CanonicalFields: Sendable {
    static let names = TransactionSchema.Fields(id: "id", user: "user", time: "time", amount: "amount")

    private let top = FieldTable(["id", "user", "time", "amount", "entities", "features", "fraud"])
    private let entities: EntityFields
    private let features: FieldTable
    private let featureNames: [String]
    private let kinds: [TransactionSchema.Feature.Kind]

    init(schema: TransactionSchema) {
        entities = EntityFields(schema: schema)
        features = FieldTable(schema.features.map(\.name))
        featureNames = schema.features.map { "features.\($0.name)" }
        kinds = schema.features.map(\.kind)
    }

    /// Reads the members of an object whose opening bracket was read.
    func read(
        _ reader: inout EventReader, into parts: inout TransactionParts, fraud: inout Bool?
    ) throws(EventFault) {
        var isFirst = true
        var hint = 0
        while let key = try reader.scanner.key(isFirst: &isFirst) {
            switch top.index(of: key, hint: &hint) {
            case 0: parts.id = try reader.key("id")
            case 1: parts.user = try reader.key("user")
            case 2: parts.time = try reader.time(.iso8601, "time")
            case 3: parts.amount = try reader.amount("amount")
            case 4: try entities.read(&reader, into: &parts.entities)
            case 5: try readFeatures(&reader, into: &parts)
            case 6: fraud = try readFraud(&reader)
            default: try reader.scanner.skipValue()
            }
        }
    }

    private func readFeatures(_ reader: inout EventReader, into parts: inout TransactionParts) throws(EventFault) {
        guard try reader.object("features") else { return }
        var isFirst = true
        var hint = 0
        while let key = try reader.scanner.key(isFirst: &isFirst) {
            if let index = features.index(of: key, hint: &hint) {
                do throws(EventFault) {
                    parts.features[index] = try reader.feature(kinds[index], EventFault.nameless)
                } catch {
                    throw error.named(featureNames[index])
                }
            } else {
                try reader.scanner.skipValue()
            }
        }
    }

    /// An event on a topic may have any field of this name: whatever is no boolean is not ours.
    private func readFraud(_ reader: inout EventReader) throws(EventFault) -> Bool? {
        let token = try reader.scanner.token()
        if case .boolean(let flag) = token { return flag }
        try reader.scanner.skipRest(of: token)
        return nil
    }
}
