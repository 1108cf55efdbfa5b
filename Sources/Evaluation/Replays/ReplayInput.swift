public import Transactions

/// Where a replay reads from.
public enum ReplayInput: Sendable {
    /// Files of transactions with their labels, merged by time; `.csv` or `.jsonl`, each also `.gz`.
    case files([String], schema: TransactionSchema)
    /// Other sources of labelled transactions; called again where they must be sorted.
    case sources(@Sendable () throws -> [any LabelledTransactionSource])
    case kafka(KafkaReplayInput)

    /// - Parameter sorting: reads the sources whole and sorts them; topics need no sorting.
    func open(schema: TransactionSchema, labelDelayMilliseconds: Int64, sorting: Bool) throws -> any ReplayFeed {
        switch self {
        case .files(let paths, let fileSchema):
            var readers: [any LabelledTransactionSource] = []
            for path in paths { readers.append(try TransactionFile(path: path, schema: fileSchema).reader()) }
            return try TransactionFeed(readers, labelDelayMilliseconds: labelDelayMilliseconds, sorting: sorting)
        case .sources(let open):
            return try TransactionFeed(
                try open(), labelDelayMilliseconds: labelDelayMilliseconds, sorting: sorting)
        case .kafka(let input):
            return try KafkaFeed(input, schema: schema)
        }
    }
}
