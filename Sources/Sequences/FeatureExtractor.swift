public import Transactions

/// Computes the raw features of a transaction from the user's history and what is known of its entities.
///
/// Pure: no clock, no state. Nothing of the transaction itself is in the history or the ledger when it is read.
public struct FeatureExtractor: Sendable {
    public let schema: TransactionSchema
    /// The raw values in their order.
    public let features: [FeatureSpecification]
    /// A fingerprint of the raw layout; checkpoints made under another one are refused.
    public let layout: UInt64

    /// Of the entities whose risk is among the features.
    public let entities: EntityRiskReader

    /// Where the declared categories stand among the raw values.
    private let categories: [Int]

    public init(schema: TransactionSchema) {
        self.schema = schema
        categories = schema.features.indices.filter { schema.features[$0].kind == .category }
            .map { FeatureLayout.user.count + $0 }
        features = FeatureLayout.features(of: schema)
        entities = EntityRiskReader(schema: schema)
        let description = features.map { "\($0.name):\($0.kind.rawValue)" }.joined(separator: ",")
        layout = StableHash.identifier(description)
    }

    /// A fingerprint of what `PackedHistory` rests on: the raw layout, and how the user's features are computed.
    public var packedLayout: UInt64 { layout ^ UserFeaturePrediction.fingerprint }

    /// Raw values a token.
    public var rawCount: Int { features.count }

    public var names: [String] { features.map(\.name) }

    /// Readies a history for many extractions: the same features in less time.
    public func ready(_ history: inout UserHistory) { history.keep(categories) }

    /// Fills `raw` for a transaction; allocates nothing.
    ///
    /// The hour and the weekday are the transaction's own; everything else is as of its effective time.
    /// - Parameters:
    ///   - risks: (`entities.count`) as of that time.
    ///   - raw: (`rawCount`)
    public func extract(
        _ transaction: Transaction, history: borrowing UserHistory, risks: borrowing [EntityRisk?],
        into raw: UnsafeMutableBufferPointer<UInt32>
    ) {
        precondition(risks.count == entities.count, "one risk an entity expected")
        precondition(raw.count == rawCount, "\(rawCount) raw values expected")
        let time = history.effectiveTime(of: transaction.time)
        Self.extractUser(
            amount: Float(transaction.amount), time: transaction.time, at: time, history: history, into: raw)
        var sink = RawSink(raw: raw, position: FeatureLayout.user.count)
        for index in schema.features.indices {
            let value = index < transaction.features.count ? transaction.features[index] : .missing
            extractDeclared(value, kind: schema.features[index].kind, into: &sink)
        }
        history.fillRecurrences(of: categories, at: time.milliseconds, in: raw, from: sink.position)
        sink.position += FeatureLayout.recurrence.count * categories.count
        for index in risks.indices {
            guard let risk = risks[index] else {
                for _ in FeatureLayout.risk { sink.append(.nan) }
                continue
            }
            extractRisk(risk, into: &sink)
        }
    }

    /// The user's features, the first of `raw`.
    ///
    /// - Parameters:
    ///   - own: the transaction's own time.
    ///   - time: its effective time.
    static func extractUser(
        amount: Float, time own: EventTime, at time: EventTime, history: borrowing UserHistory,
        into raw: UnsafeMutableBufferPointer<UInt32>
    ) {
        var sink = RawSink(raw: raw)
        let statistics = history.statistics(at: time.milliseconds)
        sink.append(amount)
        let elapsed = history.newest.map { Double(time.milliseconds) - Double($0.milliseconds) }
        sink.append(elapsed.map { Float($0 / 1000) } ?? .nan)
        let day = own.milliseconds.floored(dividedBy: EventTime.millisecondsPerDay)
        let inDay = own.milliseconds &- day &* EventTime.millisecondsPerDay
        sink.append(Float(Double(inDay) / Double(EventTime.millisecondsPerHour)))
        // 1970-01-01 was a Thursday; Monday is 0.
        sink.append(Float(((day % 7) + 10) % 7))
        sink.append(signedLog(amount) - signedLog(statistics.median))
        // A user whose amounts never vary would otherwise have no scale at all.
        let floor = max(0.01, abs(statistics.mean) * 0.01)
        sink.append((amount - statistics.mean) / max(statistics.deviation, floor))
        sink.append(statistics.countInHour)
        sink.append(statistics.countInDay)
    }

    private func extractDeclared(
        _ value: FeatureValue, kind: TransactionSchema.Feature.Kind, into sink: inout RawSink
    ) {
        switch (value, kind) {
        case (.text(let text), .category): sink.append(bits: StableHash.category(text))
        // A category that the source writes as a number keeps its digits as its text.
        case (.number(let number), .category): sink.append(bits: StableHash.category("\(number)"))
        case (.missing, .category): sink.append(bits: 0)
        case (.number(let number), _): sink.append(Float(number))
        case (.text, _), (.missing, _): sink.append(.nan)
        }
    }

    private func extractRisk(_ risk: EntityRisk, into sink: inout RawSink) {
        for window in 0..<3 { sink.append(risk.matured[window]) }
        for window in 0..<3 { sink.append(risk.fraudShare(window)) }
        for age in 0..<3 { sink.append(risk.lastLabels[age]) }
        sink.append(risk.fraudRun)
        sink.append(risk.fraudRunDays)
        sink.append(risk.fraudRunMidnights)
        sink.append(risk.fraudRunGap)
        sink.append(risk.fraudRunAmount)
        sink.append(risk.genuineMidnights)
        sink.append(risk.labelMean)
        sink.append(risk.newestLabelDays)
        sink.append(risk.lastFraudDays)
        sink.append(risk.recent[0])
        sink.append(risk.recent[1])
    }
}

/// Writes raw values one after the other; what is not finite becomes missing.
private struct RawSink {
    let raw: UnsafeMutableBufferPointer<UInt32>
    var position = 0

    mutating func append(_ number: Float) {
        append(bits: (number.isFinite ? number : Float.nan).bitPattern)
    }

    mutating func append(bits: UInt32) {
        raw[position] = bits
        position += 1
    }
}
