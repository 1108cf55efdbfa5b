internal import Foundation
internal import SwiftProtobuf

/// Makes plans from a compiled descriptor set (`protoc --include_imports --descriptor_set_out`).
struct ProtobufSchema {
    typealias Descriptor = Google_Protobuf_DescriptorProto
    typealias Field = Google_Protobuf_FieldDescriptorProto

    private static let timestamp = ".google.protobuf.Timestamp"
    private var messages: [String: (descriptor: Descriptor, isImplicit: Bool, indexes: [Int64])] = [:]
    private var enums: [String: [Int32: String]] = [:]
    private var plan = ProtobufPlan()
    private var found: Set<Int> = []
    private var names: [String] = []

    /// - Returns: the plan, and the mapped fields that the message has.
    /// - Throws: `BinarySchemaFault` saying what is wrong with the set or the message.
    static func plan(
        _ set: [UInt8], message: String, _ fields: FieldTrie, names: [String]
    ) throws(BinarySchemaFault) -> (plan: ProtobufPlan, found: Set<Int>) {
        var schema = ProtobufSchema()
        schema.names = names
        let files: Google_Protobuf_FileDescriptorSet
        do {
            files = try Google_Protobuf_FileDescriptorSet(serializedBytes: set)
        } catch {
            throw BinarySchemaFault("a descriptor set (protoc --descriptor_set_out)")
        }
        for file in files.file { schema.index(file) }
        guard let outermost = schema.messages[".\(message)"] else {
            throw BinarySchemaFault("the message '\(message)'")
        }
        schema.plan.indexes = outermost.indexes
        _ = try schema.enter(".\(message)", fields)
        return (schema.plan, schema.found)
    }

    private mutating func index(_ file: Google_Protobuf_FileDescriptorProto) {
        let prefix = file.package.isEmpty ? "" : ".\(file.package)"
        // Editions say it by options; without them fields have presence.
        let isImplicit = file.syntax == "proto3" || file.options.features.fieldPresence == .implicit
        for (place, descriptor) in file.messageType.enumerated() {
            index(descriptor, prefix, isImplicit, [Int64(place)])
        }
        for symbols in file.enumType { index(symbols, prefix) }
    }

    private mutating func index(_ descriptor: Descriptor, _ prefix: String, _ isImplicit: Bool, _ indexes: [Int64]) {
        let name = "\(prefix).\(descriptor.name)"
        messages[name] = (descriptor, isImplicit, indexes)
        for (place, nested) in descriptor.nestedType.enumerated() {
            index(nested, name, isImplicit, indexes + [Int64(place)])
        }
        for symbols in descriptor.enumType { index(symbols, name) }
    }

    private mutating func index(_ symbols: Google_Protobuf_EnumDescriptorProto, _ prefix: String) {
        enums["\(prefix).\(symbols.name)"] = Dictionary(
            symbols.value.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    /// Plans a message; its place among the plan's messages.
    private mutating func enter(_ name: String, _ fields: FieldTrie) throws(BinarySchemaFault) -> Int {
        guard let (descriptor, isImplicit, _) = messages[name] else {
            throw BinarySchemaFault("the message '\(name.dropFirst())' (protoc --include_imports)")
        }
        let place = plan.messages.count
        plan.messages.append(ProtobufPlan.Message())
        for field in descriptor.field {
            guard let below = fields.children[field.name] else { continue }
            guard field.label != .repeated else {
                throw BinarySchemaFault("one value, not many, as '\(below.fields.first.map { names[$0] } ?? "")'")
            }
            let action = try action(of: field, below)
            guard let action else { continue }
            plan.messages[place].actions.append((UInt64(field.number), action))
            if case .value(let scalar, let index) = action, isImplicit, !field.proto3Optional, !field.hasOneofIndex {
                plan.messages[place].defaults.append((index, Self.zero(scalar)))
            }
        }
        return place
    }

    private mutating func action(
        of field: Field, _ fields: FieldTrie
    ) throws(BinarySchemaFault) -> ProtobufPlan.Action? {
        if field.type == .message || field.type == .group {
            if let index = fields.field {
                guard field.typeName == Self.timestamp else {
                    throw BinarySchemaFault("a plain value or a google.protobuf.Timestamp as '\(names[index])'")
                }
                found.insert(index)
                return .timestamp(field: index)
            }
            guard field.type == .message else { throw BinarySchemaFault("no group on the way to a mapped field") }
            return .enter(try enter(field.typeName, fields))
        }
        guard let index = fields.field, let scalar = scalar(of: field) else { return nil }
        found.insert(index)
        return .value(scalar, field: index)
    }

    private func scalar(of field: Field) -> ProtobufPlan.Scalar? {
        switch field.type {
        case .double: .double
        case .float: .float
        case .int32: .int32
        case .int64: .int64
        case .uint32: .uint32
        case .uint64: .uint64
        case .sint32: .sint32
        case .sint64: .sint64
        case .fixed32: .fixed32
        case .fixed64: .fixed64
        case .sfixed32: .sfixed32
        case .sfixed64: .sfixed64
        case .bool: .bool
        case .string: .string
        case .bytes: .bytes
        case .enum: .symbols(enums[field.typeName] ?? [:])
        case .message, .group: nil
        }
    }

    private static func zero(_ scalar: ProtobufPlan.Scalar) -> ScalarValue {
        switch scalar {
        case .double, .float: .number(0)
        case .bool: .boolean(false)
        case .string, .bytes: .text("")
        case .symbols(let names): .text(names[0] ?? "0")
        default: .integer(0)
        }
    }
}
