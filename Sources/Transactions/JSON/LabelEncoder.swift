/// Writes labels in the canonical form.
public struct LabelEncoder: Sendable {
    private let entities: EntityWriter

    public init(schema: TransactionSchema) {
        entities = EntityWriter(schema: schema)
    }

    /// Appends one JSON object as UTF-8, without a line end.
    public func append(_ label: Label, to buffer: inout [UInt8]) {
        buffer.append(json: "{\"transaction_id\":")
        buffer.append(string: label.transactionID)
        buffer.append(json: ",\"user\":")
        buffer.append(string: label.user)
        buffer.append(json: label.fraud ? ",\"fraud\":true" : ",\"fraud\":false")
        buffer.append(json: ",\"known_at\":")
        buffer.append(time: label.knownAt)
        if let time = label.transactionTime {
            buffer.append(json: ",\"transaction_time\":")
            buffer.append(time: time)
        }
        if let amount = label.amount {
            buffer.append(json: ",\"amount\":")
            buffer.append(number: amount)
        }
        buffer.append(json: ",\"entities\":")
        entities.append(label.entities, to: &buffer)
        buffer.append(UInt8(ascii: "}"))
    }
}
