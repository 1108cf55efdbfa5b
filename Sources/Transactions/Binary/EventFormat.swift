/// How transactions are written on their topic; labels are always canonical JSON.
///
/// Avro and Protobuf come in the framing of Confluent's serialisers. Their schemas are files named by a schema file, one
/// an id of the registry; no registry is asked.
public struct EventFormat: Sendable {
    enum Kind: Sendable {
        case json
        case avro(AvroDecoder)
        case protobuf(ProtobufDecoder)
    }

    /// JSON under the field names of the model's own schema.
    public static let json = EventFormat(schema: nil, kind: .json)

    /// What the topic's fields are called; nil: as in the model's schema.
    let schema: TransactionSchema?
    let kind: Kind

    enum Name: String, CaseIterable {
        case json, avro, protobuf
    }

    /// What a schema file says of the format.
    struct Declaration {
        var name = Name.json
        /// Files by the schema's id: `.avsc`, or descriptor sets.
        var schemas: [UInt32: String] = [:]
        /// The message's full name, for Protobuf.
        var message: String?
    }

    /// Reads a schema file with the schemas of its format, which lie beside it.
    ///
    /// - Parameter model: the schema that the model was trained with: the same entities and features, whatever their fields
    ///   are called in the data it saw.
    /// - Throws: `SchemaError` naming the file and the field.
    public static func load(path: String, for model: TransactionSchema) throws(SchemaError) -> EventFormat {
        let (schema, declaration) = try TransactionSchema.loadWithFormat(path: path)
        guard schema.entities.map(\.name) == model.entities.map(\.name),
            schema.entities.map(\.risk) == model.entities.map(\.risk)
        else { throw SchemaError(file: path, field: "entities", expected: "those of the model, in their order") }
        guard schema.features.map(\.name) == model.features.map(\.name),
            schema.features.map(\.kind) == model.features.map(\.kind)
        else { throw SchemaError(file: path, field: "features", expected: "those of the model, in their order") }
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        var contents: [UInt32: [UInt8]] = [:]
        for (id, name) in declaration.schemas {
            let file = name.hasPrefix("/") ? name : directory + name
            do {
                contents[id] = try InputFile.contents(path: file, maximumBytes: 16 << 20)
            } catch {
                throw SchemaError(file: path, field: "schemas.\(id)", expected: "\(error.expected) at \(file)")
            }
        }
        do throws(BinarySchemaFault) {
            let kind: Kind
            switch declaration.name {
            case .json: kind = .json
            case .avro: kind = .avro(try AvroDecoder(schema: schema, texts: contents))
            case .protobuf:
                kind = .protobuf(
                    try ProtobufDecoder(schema: schema, sets: contents, message: declaration.message ?? ""))
            }
            return EventFormat(schema: schema, kind: kind)
        } catch {
            throw SchemaError(file: path, field: "schemas", expected: error.expected)
        }
    }
}
