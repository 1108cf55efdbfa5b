import ArgumentParser
import Evaluation
import Pipeline
import Postgres
import Transactions

/// Where a replay reads from: files, a query, or the configured topics.
struct ReplaySourceOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Files of transactions: .csv or .jsonl, each also .gz; without them and --query the configured topics.",
            valueName: "file …"))
    var data: [String] = []

    @Option(help: "Schema file for --data and --query; the model's own schema if not given.")
    var schema: String?

    @Option(help: "SELECT whose columns are named as the schema's fields, ordered by time; in a read-only transaction.")
    var query: String?

    @Option(help: "Database for --query, as a URL; the configured one if not given.")
    var postgres: String?

    @Option(
        help: """
            How long after its transaction a label becomes known, such as 7d; the model's if not given. Labels of topics \
            count from their own moment; younger transactions than this are reported apart in every case.
            """)
    var labelDelay: Duration?

    @Option(help: "How much before --from is read for context, such as 37d; everything there is if not given.")
    var warmUp: Duration?

    func validate() throws {
        if !data.isEmpty, query != nil { throw ValidationError("give either --data or --query") }
        if postgres != nil, query == nil { throw ValidationError("--postgres is where --query reads") }
        if schema != nil, data.isEmpty, query == nil { throw ValidationError("--schema is for --data and --query") }
    }

    /// What is read, for the record.
    func name(_ topics: TopicNames) -> String {
        if !data.isEmpty { return data.joined(separator: ", ") }
        return query ?? "\(topics.transactions), \(topics.labels)"
    }

    /// - Parameters:
    ///   - own: the champion's schema.
    ///   - start: nothing before it is needed.
    ///   - end: no transaction from here on is.
    /// - Throws: `SchemaError`, `SettingsFault`.
    func input(
        _ reader: SettingsReader, own: TransactionSchema, start: EventTime?, end: EventTime?
    ) throws -> ReplayInput {
        let schema = try schema.map { try TransactionSchema.load(path: $0) } ?? own
        if !data.isEmpty { return .files(data, schema: schema) }
        if let query {
            let settings = try postgres.map { try PostgresSettings(url: $0) } ?? reader.postgres()
            return .sources { [try PostgresTransactions(settings, query: query, schema: schema)] }
        }
        let topics = reader.topics()
        let decoding = try reader.decoding()
        var input = KafkaReplayInput(
            kafka: try reader.kafka(), transactions: topics.transactions, labels: topics.labels,
            form: decoding.form, limits: decoding.limits, start: start, end: end)
        input.format = try reader.format(for: own)
        return .kafka(input)
    }
}
