import Yams

/// Takes a schema out of a composed YAML tree, remembering each field's line for errors found later.
struct SchemaReader {
    let file: String
    /// How messages on the topic are written; no part of the schema, which models keep.
    private(set) var format = EventFormat.Declaration()
    private var lines: [String: Int] = [:]

    init(file: String) {
        self.file = file
    }

    mutating func schema(_ root: Node) throws(SchemaError) -> TransactionSchema {
        let members = try mapping(
            root, at: "",
            required: ["name", "fields"],
            optional: [
                "time_format", "entities", "entity_bucket", "features", "label", "label_delay", "format", "schemas",
                "message",
            ])
        format = try format(members)
        var schema = TransactionSchema(
            name: try text(members["name"], at: "name"), fields: try fields(members["fields"], at: "fields"))
        if let node = members["time_format"] { schema.timeFormat = try choice(node, at: "time_format") }
        for (index, node) in try list(members["entities"], at: "entities").enumerated() {
            schema.entities.append(try entity(node, at: "entities[\(index)]"))
        }
        for (index, node) in try list(members["features"], at: "features").enumerated() {
            schema.features.append(try feature(node, at: "features[\(index)]"))
        }
        if let node = members["label"] { schema.label = try label(node, at: "label") }
        if let node = members["label_delay"] { schema.labelDelayMilliseconds = try duration(node, at: "label_delay") }
        if let node = members["entity_bucket"] {
            schema.entityBucketMilliseconds = try duration(node, at: "entity_bucket")
        }
        return schema
    }

    private mutating func duration(_ node: Node, at path: String) throws(SchemaError) -> Int64 {
        guard let milliseconds = DurationText.milliseconds(try text(node, at: path)) else {
            throw error(path, "a duration such as 7d, 90m or 1h30m")
        }
        return milliseconds
    }

    private mutating func format(_ members: [String: Node]) throws(SchemaError) -> EventFormat.Declaration {
        var format = EventFormat.Declaration()
        if let node = members["format"] { format.name = try choice(node, at: "format") }
        let isFramed = format.name != .json
        guard isFramed == (members["schemas"] != nil) else {
            throw error("schemas", isFramed ? "files by schema id, such as { 7: payment.avsc }" : "none for JSON")
        }
        guard (format.name == .protobuf) == (members["message"] != nil) else {
            throw error("message", "a message's full name with protobuf, and only there")
        }
        if let node = members["message"] { format.message = try text(node, at: "message") }
        guard let node = members["schemas"] else { return format }
        note(node, at: "schemas")
        for (key, value) in node.mapping ?? [:] {
            guard let id = key.string.flatMap({ UInt32($0) }) else {
                throw error("schemas", "schema ids, which are numbers, with a file each")
            }
            format.schemas[id] = try text(value, at: "schemas.\(id)")
        }
        guard !format.schemas.isEmpty else { throw error("schemas", "at least one schema id with its file") }
        return format
    }

    private mutating func fields(_ node: Node?, at path: String) throws(SchemaError) -> TransactionSchema.Fields {
        let members = try mapping(node, at: path, required: ["id", "user", "time", "amount"], optional: [])
        return TransactionSchema.Fields(
            id: try text(members["id"], at: "\(path).id"), user: try text(members["user"], at: "\(path).user"),
            time: try text(members["time"], at: "\(path).time"),
            amount: try text(members["amount"], at: "\(path).amount"))
    }

    private mutating func entity(_ node: Node, at path: String) throws(SchemaError) -> TransactionSchema.Entity {
        let members = try mapping(node, at: path, required: ["name"], optional: ["field", "risk"])
        let name = try text(members["name"], at: "\(path).name")
        let field = try members["field"].map { (node) throws(SchemaError) in try text(node, at: "\(path).field") }
        let risk = try members["risk"].map { (node) throws(SchemaError) in try flag(node, at: "\(path).risk") }
        return TransactionSchema.Entity(name: name, field: field ?? name, risk: risk ?? false)
    }

    private mutating func feature(_ node: Node, at path: String) throws(SchemaError) -> TransactionSchema.Feature {
        let members = try mapping(node, at: path, required: ["name", "kind"], optional: ["field", "fields"])
        let name = try text(members["name"], at: "\(path).name")
        if members["field"] != nil, members["fields"] != nil {
            throw error("\(path).fields", "either 'field' or 'fields', not both")
        }
        var fields = [name]
        if let node = members["field"] {
            fields = [try text(node, at: "\(path).field")]
        } else if let node = members["fields"] {
            fields = try texts(node, at: "\(path).fields")
        }
        return TransactionSchema.Feature(
            name: name, kind: try choice(members["kind"], at: "\(path).kind"), fields: fields)
    }

    private mutating func label(_ node: Node, at path: String) throws(SchemaError) -> TransactionSchema.LabelField {
        let members = try mapping(node, at: path, required: ["field", "fraud_values"], optional: [])
        return TransactionSchema.LabelField(
            field: try text(members["field"], at: "\(path).field"),
            fraudValues: try texts(members["fraud_values"], at: "\(path).fraud_values"))
    }
}

// The shapes that YAML values come in.
extension SchemaReader {
    private func error(_ path: String, _ expected: String) -> SchemaError {
        SchemaError(file: file, line: line(of: path), field: path.isEmpty ? nil : path, expected: expected)
    }

    /// The line of a field, or of the nearest one around it that the file has.
    func line(of path: String) -> Int? {
        lines[path] ?? path.lastIndex(of: ".").flatMap { line(of: String(path[..<$0])) } ?? lines[""]
    }

    private mutating func note(_ node: Node?, at path: String) {
        // A key's line is noted before its value's, which may start further down.
        if let line = node?.mark?.line, lines[path] == nil { lines[path] = line }
    }

    private mutating func mapping(
        _ node: Node?, at path: String, required: [String], optional: [String]
    ) throws(SchemaError) -> [String: Node] {
        note(node, at: path)
        guard let pairs = node?.mapping else { throw error(path, "a mapping with \(listed(required))") }
        var members: [String: Node] = [:]
        for (key, value) in pairs {
            let name = key.string ?? ""
            let inner = path.isEmpty ? name : "\(path).\(name)"
            note(key, at: inner)
            guard required.contains(name) || optional.contains(name) else {
                let known = required + optional
                throw error(inner, "one of \(known.joined(separator: ", "))\(suggestion(for: name, among: known))")
            }
            members[name] = value
        }
        for name in required where members[name] == nil { throw error(path, "the key '\(name)', which is missing") }
        return members
    }

    private func listed(_ names: [String]) -> String {
        names.map { "'\($0)'" }.joined(separator: ", ")
    }

    private mutating func list(_ node: Node?, at path: String) throws(SchemaError) -> [Node] {
        guard let node else { return [] }
        note(node, at: path)
        guard let sequence = node.sequence else { throw error(path, "a list") }
        return Array(sequence)
    }

    private mutating func text(_ node: Node?, at path: String) throws(SchemaError) -> String {
        note(node, at: path)
        guard let text = node?.scalar?.string, !text.isEmpty else { throw error(path, "text") }
        return text
    }

    private mutating func texts(_ node: Node?, at path: String) throws(SchemaError) -> [String] {
        var texts: [String] = []
        for (index, item) in try list(node, at: path).enumerated() {
            texts.append(try text(item, at: "\(path)[\(index)]"))
        }
        return texts
    }

    private mutating func flag(_ node: Node, at path: String) throws(SchemaError) -> Bool {
        note(node, at: path)
        guard let flag = node.bool else { throw error(path, "true or false") }
        return flag
    }

    private mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ node: Node?, at path: String
    ) throws(SchemaError) -> Value {
        let written = try text(node, at: path)
        guard let value = Value(rawValue: written) else {
            let known = Value.allCases.map(\.rawValue)
            throw error(path, "one of \(known.joined(separator: ", "))\(suggestion(for: written, among: known))")
        }
        return value
    }
}
