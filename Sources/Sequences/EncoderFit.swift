public import Transactions

extension Encoder {
    /// Fits scales, bin edges and vocabularies.
    ///
    /// - Parameters:
    ///   - rows: raw values (tokens, features).
    ///   - labels: (tokens): 1 fraud, 0 genuine, −1 not known; only the trees read them.
    /// - Throws: `EncoderFault` when the counts do not fit together.
    /// - Complexity: O(n log n) a feature, and two more columns of memory.
    public static func fit(
        schema: TransactionSchema, rows: [UInt32], labels: [Int8], options: EncoderOptions = EncoderOptions()
    ) throws(EncoderFault) -> Encoder {
        let features = FeatureExtractor(schema: schema).features
        guard rows.count == labels.count * features.count else {
            throw EncoderFault(detail: "\(rows.count) values are not \(labels.count) tokens of \(features.count)")
        }
        var fields: [EncodedField] = []
        for (index, feature) in features.enumerated() {
            switch feature.kind {
            case .number:
                let column = NumberColumn(rows: rows, labels: labels, column: index, stride: features.count)
                fields.append(column.field(feature, options))
            case .category:
                fields.append(categories(rows, column: index, stride: features.count, feature, options))
            }
        }
        return try Encoder(schema: schema, fields: fields)
    }

    private static func categories(
        _ rows: [UInt32], column: Int, stride width: Int, _ feature: FeatureSpecification, _ options: EncoderOptions
    ) -> EncodedField {
        var counts: [UInt32: Int] = [:]
        for index in stride(from: column, to: rows.count, by: width) { counts[rows[index], default: 0] += 1 }
        let frequent = counts.filter { $0.value >= options.minimumCount }
            .sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .prefix(min(options.vocabularySize, Int(UInt16.max) - 2))
            .map(\.key)
        return EncodedField(
            feature: feature, centre: 0, scale: 1, edges: [], vocabulary: frequent, usual: frequent.first ?? 0)
    }
}
