/// Finds the parts of a transaction under the source's own field names; one field may serve several parts.
struct MappedFields: Sendable {
    /// What a field of the source is read for.
    enum Target: Sendable {
        case id
        case user
        case time
        case amount
        case entity(Int)
        case feature(Int, TransactionSchema.Feature.Kind)
        /// An index into `TransactionParts.coordinates`.
        case coordinate(Int)
    }

    /// The names of all fields that are read, each once.
    let names: [String]
    /// What each of `names` is read for.
    let targets: [[Target]]
    let hasCoordinates: Bool
    private let table: FieldTable
    let timeFormat: TransactionSchema.TimeFormat

    init(schema: TransactionSchema) {
        var names: [String] = []
        var targets: [[Target]] = []
        func add(_ target: Target, for field: String) {
            if let index = names.firstIndex(of: field) {
                targets[index].append(target)
            } else {
                names.append(field)
                targets.append([target])
            }
        }
        add(.id, for: schema.fields.id)
        add(.user, for: schema.fields.user)
        add(.time, for: schema.fields.time)
        add(.amount, for: schema.fields.amount)
        for (index, entity) in schema.entities.enumerated() { add(.entity(index), for: entity.field) }
        for (index, feature) in schema.features.enumerated() {
            for (corner, field) in feature.fields.enumerated() {
                let isDistance = feature.kind == .distance
                add(isDistance ? .coordinate(4 * index + corner) : .feature(index, feature.kind), for: field)
            }
        }
        self.names = names
        self.targets = targets
        hasCoordinates = schema.features.contains { $0.kind == .distance }
        table = FieldTable(names)
        timeFormat = schema.timeFormat
    }

    /// Reads the members of an object whose opening bracket was read.
    func read(_ reader: inout EventReader, into parts: inout TransactionParts) throws(EventFault) {
        var isFirst = true
        var hint = 0
        while let key = try reader.scanner.key(isFirst: &isFirst) {
            guard let index = table.index(of: key, hint: &hint) else {
                try reader.scanner.skipValue()
                continue
            }
            let value = reader.scanner
            for target in targets[index] {
                reader.scanner = value
                try read(&reader, names[index], for: target, into: &parts)
            }
        }
    }

    private func read(
        _ reader: inout EventReader, _ name: String, for target: Target, into parts: inout TransactionParts
    ) throws(EventFault) {
        switch target {
        case .id: parts.id = try reader.key(name)
        case .user: parts.user = try reader.key(name)
        case .time: parts.time = try reader.time(timeFormat, name)
        case .amount: parts.amount = try reader.amount(name)
        case .entity(let index): parts.entities[index] = try reader.entity(name)
        case .feature(let index, let kind): parts.features[index] = try reader.feature(kind, name)
        case .coordinate(let index): parts.coordinates[index] = try reader.number(name) ?? .nan
        }
    }
}
