/// Writes entity keys as the canonical form's object, absent ones left out.
struct EntityWriter: Sendable {
    private let keys: [[UInt8]]

    init(schema: TransactionSchema) {
        keys = schema.entities.map { jsonKey($0.name) }
    }

    func append(_ entities: [String?], to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, entity) in zip(keys, entities) {
            guard let entity else { continue }
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            buffer.append(contentsOf: key)
            buffer.append(string: entity)
        }
        buffer.append(UInt8(ascii: "}"))
    }
}
