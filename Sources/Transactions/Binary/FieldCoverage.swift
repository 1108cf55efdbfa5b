/// Which mapped fields the schemas of a format have: id, user, time and amount are in each, all others in one at least.
struct FieldCoverage {
    private let fields: MappedFields
    private var found: Set<Int> = []

    init(_ fields: MappedFields) { self.fields = fields }

    /// Takes in what one schema has.
    mutating func add(_ indices: Set<Int>) throws(BinarySchemaFault) {
        for (index, targets) in fields.targets.enumerated() where !indices.contains(index) {
            let isRequired = targets.contains { target in
                switch target {
                case .id, .user, .time, .amount: true
                default: false
                }
            }
            if isRequired { throw BinarySchemaFault("the field '\(fields.names[index])'") }
        }
        found.formUnion(indices)
    }

    /// - Throws: where a mapped field is in no schema, most likely for its spelling.
    func check() throws(BinarySchemaFault) {
        for (index, name) in fields.names.enumerated() where !found.contains(index) {
            throw BinarySchemaFault("the field '\(name)' in at least one of the schemas")
        }
    }
}

/// What a schema of events should have had.
struct BinarySchemaFault: Error {
    var expected: String

    init(_ expected: String) { self.expected = expected }
}
