/// Writes transactions in the canonical form.
public struct TransactionEncoder: Sendable {
    private let entities: EntityWriter
    private let features: [[UInt8]]

    public init(schema: TransactionSchema) {
        entities = EntityWriter(schema: schema)
        features = schema.features.map { jsonKey($0.name) }
    }

    /// Appends one JSON object as UTF-8, without a line end. Absent entities and missing features are left out.
    public func append(_ transaction: Transaction, to buffer: inout [UInt8]) {
        append(transaction, fraud: nil, to: &buffer)
    }

    /// As above, with the truth beside the transaction: for JSON lines files.
    public func append(_ transaction: Transaction, fraud: Bool?, to buffer: inout [UInt8]) {
        buffer.append(json: "{\"id\":")
        buffer.append(string: transaction.id)
        buffer.append(json: ",\"user\":")
        buffer.append(string: transaction.user)
        buffer.append(json: ",\"time\":")
        buffer.append(time: transaction.time)
        buffer.append(json: ",\"amount\":")
        buffer.append(number: transaction.amount)
        buffer.append(json: ",\"entities\":")
        entities.append(transaction.entities, to: &buffer)
        buffer.append(json: ",\"features\":{")
        var isFirst = true
        for (key, value) in zip(features, transaction.features) where value != .missing {
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            buffer.append(contentsOf: key)
            switch value {
            case .number(let number): buffer.append(number: number)
            case .text(let text): buffer.append(string: text)
            case .missing: buffer.append(json: "null")
            }
        }
        buffer.append(UInt8(ascii: "}"))
        if let fraud { buffer.append(json: fraud ? ",\"fraud\":true" : ",\"fraud\":false") }
        buffer.append(UInt8(ascii: "}"))
    }
}

/// `"name":` as UTF-8.
func jsonKey(_ name: String) -> [UInt8] {
    var key: [UInt8] = []
    key.append(string: name)
    key.append(UInt8(ascii: ":"))
    return key
}
