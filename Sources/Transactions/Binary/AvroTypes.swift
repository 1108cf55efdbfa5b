internal import Foundation

/// All types of one Avro schema, read from its JSON text (`.avsc`).
struct AvroTypes {
    private(set) var types: [AvroType] = []
    private(set) var root = 0
    private var named: [String: Int] = [:]

    /// - Throws: `BinarySchemaFault` saying what is wrong.
    init(json: [UInt8]) throws(BinarySchemaFault) {
        let tree: Any
        do {
            tree = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
        } catch {
            throw BinarySchemaFault("JSON")
        }
        root = try type(tree, namespace: "")
    }

    private mutating func type(_ tree: Any, namespace: String) throws(BinarySchemaFault) -> Int {
        if let name = tree as? String { return try type(named: name, namespace: namespace) }
        if let branches = tree as? [Any] {
            var union: [Int] = []
            for branch in branches { union.append(try type(branch, namespace: namespace)) }
            guard !union.isEmpty else { throw BinarySchemaFault("a union of at least one type") }
            return add(AvroType(kind: .union(union)))
        }
        guard let members = tree as? [String: Any], let inner = members["type"] else {
            throw BinarySchemaFault("a type: a name, a list or an object with 'type'")
        }
        guard let name = inner as? String else { return try type(inner, namespace: namespace) }
        switch name {
        case "array": return add(AvroType(kind: .array(try part("items", of: members, namespace))))
        case "map": return add(AvroType(kind: .map(try part("values", of: members, namespace))))
        case "record", "error", "enum", "fixed": return try named(name, members, namespace)
        default:
            let index = try type(named: name, namespace: namespace)
            let meaning = try meaning(members, of: types[index].kind)
            return meaning == .itself ? index : add(AvroType(kind: types[index].kind, meaning: meaning))
        }
    }

    private mutating func part(
        _ key: String, of members: [String: Any], _ namespace: String
    ) throws(BinarySchemaFault) -> Int {
        guard let tree = members[key] else { throw BinarySchemaFault("'\(key)'") }
        return try type(tree, namespace: namespace)
    }

    private mutating func type(named name: String, namespace: String) throws(BinarySchemaFault) -> Int {
        let plain: [String: AvroType.Kind] = [
            "null": .null, "boolean": .boolean, "int": .int, "long": .long, "float": .float, "double": .double,
            "bytes": .bytes, "string": .string,
        ]
        if let kind = plain[name] { return add(AvroType(kind: kind)) }
        let full = name.contains(".") || namespace.isEmpty ? name : "\(namespace).\(name)"
        guard let index = named[full] ?? named[name] else { throw BinarySchemaFault("a type known by '\(name)'") }
        return index
    }

    /// A record, an enumeration or a fixed, by which others may be named later, also within.
    private mutating func named(
        _ kind: String, _ members: [String: Any], _ outer: String
    ) throws(BinarySchemaFault) -> Int {
        guard let name = members["name"] as? String else { throw BinarySchemaFault("a 'name' for a \(kind)") }
        let dot = name.lastIndex(of: ".")
        let namespace = dot.map { String(name[..<$0]) } ?? members["namespace"] as? String ?? outer
        let full = dot != nil || namespace.isEmpty ? name : "\(namespace).\(name)"
        guard named[full] == nil else { throw BinarySchemaFault("'\(full)' only once") }
        let index = add(AvroType(kind: .null))
        named[full] = index
        switch kind {
        case "enum":
            guard let symbols = members["symbols"] as? [String] else {
                throw BinarySchemaFault("'symbols' of '\(full)'")
            }
            types[index].kind = .symbols(symbols)
        case "fixed":
            guard let size = members["size"] as? Int, (0...1 << 20).contains(size) else {
                throw BinarySchemaFault("a 'size' of '\(full)'")
            }
            types[index] = AvroType(kind: .fixed(size), meaning: try meaning(members, of: .fixed(size)))
        default:
            guard let fields = members["fields"] as? [[String: Any]] else {
                throw BinarySchemaFault("'fields' of '\(full)'")
            }
            var record: [(name: String, type: Int)] = []
            for field in fields {
                guard let name = field["name"] as? String else { throw BinarySchemaFault("a 'name' in '\(full)'") }
                record.append((name, try part("type", of: field, namespace)))
            }
            types[index].kind = .record(record)
        }
        return index
    }

    /// Logical types that are not known, or on another type than theirs, are the type itself, as the specification says.
    private func meaning(
        _ members: [String: Any], of kind: AvroType.Kind
    ) throws(BinarySchemaFault) -> AvroType.Meaning {
        switch (members["logicalType"] as? String, kind) {
        case ("decimal", .bytes), ("decimal", .fixed):
            let scale = members["scale"] as? Int ?? 0
            guard (0...300).contains(scale) else { throw BinarySchemaFault("a 'scale' from 0 to 300") }
            return .decimal(scale: scale)
        case ("timestamp-millis", .long), ("local-timestamp-millis", .long): return .timestamp(1)
        case ("timestamp-micros", .long), ("local-timestamp-micros", .long): return .timestamp(1000)
        case ("timestamp-nanos", .long), ("local-timestamp-nanos", .long): return .timestamp(1_000_000)
        case ("uuid", .fixed(16)): return .uuid
        default: return .itself
        }
    }

    private mutating func add(_ type: AvroType) -> Int {
        types.append(type)
        return types.count - 1
    }
}
