import Yams

extension TransactionSchema {
    /// Reads a schema file.
    ///
    /// - Throws: `SchemaError` naming the file, line and field, and what was expected there.
    public static func load(path: String) throws(SchemaError) -> TransactionSchema {
        try loadWithFormat(path: path).schema
    }

    /// The same with what the file says of the format of messages.
    static func loadWithFormat(
        path: String
    ) throws(SchemaError) -> (schema: TransactionSchema, format: EventFormat.Declaration) {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.contents(path: path, maximumBytes: 1 << 20)
        } catch {
            throw SchemaError(file: path, expected: error.expected)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SchemaError(file: path, expected: "UTF-8 text")
        }
        return try parseWithFormat(yaml: text, file: path)
    }

    /// Reads a schema from YAML; the file's name is for errors only.
    public static func parse(yaml: String, file: String) throws(SchemaError) -> TransactionSchema {
        try parseWithFormat(yaml: yaml, file: file).schema
    }

    private static func parseWithFormat(
        yaml: String, file: String
    ) throws(SchemaError) -> (schema: TransactionSchema, format: EventFormat.Declaration) {
        let root: Node?
        do {
            root = try Node.document(yaml)
        } catch {
            throw syntaxError(error, file: file)
        }
        guard let root else { throw SchemaError(file: file, expected: "a mapping with 'name' and 'fields'") }
        var reader = SchemaReader(file: file)
        let schema = try reader.schema(root)
        do {
            try schema.validate()
        } catch {
            throw SchemaError(
                file: file, line: error.field.flatMap(reader.line), field: error.field,
                expected: error.expected)
        }
        return (schema, reader.format)
    }

    private static func syntaxError(_ error: any Error, file: String) -> SchemaError {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            SchemaError(file: file, line: mark.line, expected: "YAML (\(problem))")
        case .duplicatedKeysInMapping(let keys, let context):
            SchemaError(
                file: file, line: context.mark.line, field: keys.first, expected: "the key once in its mapping")
        default:
            SchemaError(file: file, expected: "YAML")
        }
    }
}
