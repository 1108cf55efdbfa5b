/// How one type of a writer's schema is read: what is mapped is taken, all else is passed over.
indirect enum AvroPlan: Sendable {
    case skip(Int)
    case value(type: Int, field: Int)
    case record([AvroPlan])
    case union([AvroPlan])

    /// - Parameters:
    ///   - fields: what is mapped below this type.
    ///   - found: the mapped fields that the schema has.
    init(
        _ type: Int, of types: AvroTypes, _ fields: FieldTrie, names: [String], found: inout Set<Int>
    ) throws(BinarySchemaFault) {
        guard fields.field != nil || !fields.children.isEmpty else {
            self = .skip(type)
            return
        }
        func name(_ fields: FieldTrie) -> String { fields.fields.first.map { names[$0] } ?? "" }
        switch types.types[type].kind {
        case .record(let members):
            guard fields.field == nil else {
                throw BinarySchemaFault("a plain value, not a record, as '\(name(fields))'")
            }
            var plans: [AvroPlan] = []
            for member in members {
                plans.append(
                    try AvroPlan(
                        member.type, of: types, fields.children[member.name] ?? FieldTrie(), names: names,
                        found: &found))
            }
            self = .record(plans)
        case .union(let branches):
            var plans: [AvroPlan] = []
            for branch in branches {
                plans.append(try AvroPlan(branch, of: types, fields, names: names, found: &found))
            }
            self = .union(plans)
        case .array, .map:
            throw BinarySchemaFault("one value, not many, as '\(name(fields))'")
        case .null: self = .skip(type)
        default:
            guard let field = fields.field else {
                self = .skip(type)
                return
            }
            found.insert(field)
            self = .value(type: type, field: field)
        }
    }
}
