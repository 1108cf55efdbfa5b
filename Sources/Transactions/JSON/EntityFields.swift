/// Finds entity keys in the canonical form's `entities` object, which transactions and labels share.
struct EntityFields: Sendable {
    private let table: FieldTable
    private let names: [String]

    init(schema: TransactionSchema) {
        table = FieldTable(schema.entities.map(\.name))
        names = schema.entities.map { "entities.\($0.name)" }
    }

    func read(_ reader: inout EventReader, into entities: inout [String?]) throws(EventFault) {
        guard try reader.object("entities") else { return }
        var isFirst = true
        var hint = 0
        while let key = try reader.scanner.key(isFirst: &isFirst) {
            if let index = table.index(of: key, hint: &hint) {
                do throws(EventFault) {
                    entities[index] = try reader.entity(EventFault.nameless)
                } catch {
                    throw error.named(names[index])
                }
            } else {
                try reader.scanner.skipValue()
            }
        }
    }
}
