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

    /// Positions and kinds of the entities with risk.
    private let riskEntities: [(index: Int, kind: StableHash.Kind)]

    public init(schema: TransactionSchema) {
        self.schema = schema
        features = FeatureLayout.features(of: schema)
        riskEntities = schema.entities.enumerated().filter(\.element.risk).map {
            ($0.offset, StableHash.Kind($0.element.name))
        }
        let description = features.map { "\($0.name):\($0.kind.rawValue)" }.joined(separator: ",")
        layout = StableHash.identifier(description)
    }

    /// A fingerprint of what `PackedHistory` rests on: the raw layout, and how the user's features are computed.
    public var packedLayout: UInt64 { layout ^ UserFeaturePrediction.fingerprint }

    /// Raw values a token.
    public var rawCount: Int { features.count }

    public var names: [String] { features.map(\.name) }

    /// Fills `raw` (`rawCount` values) for a transaction; allocates nothing.
    ///
    /// The hour and the weekday are the transaction's own; everything else is as of its effective time.
    public func extract(
        _ transaction: Transaction, history: borrowing UserHistory, ledger: borrowing EntityLedger,
        into raw: UnsafeMutableBufferPointer<UInt32>
    ) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: riskEntities.count) { slots in
            for index in riskEntities.indices { slots[index] = slot(ofEntity: index, transaction, ledger) }
            extract(
                transaction, history: history, ledger: ledger, slots: UnsafeBufferPointer(slots), into: raw)
        }
    }

    /// How many entities of a transaction have risk: as many slots `findEntities` appends.
    public var riskEntityCount: Int { riskEntities.count }

    /// Appends where the ledger keeps the transaction's entities, for `extract(_:history:ledger:slots:into:)`.
    public func findEntities(_ transaction: Transaction, ledger: borrowing EntityLedger, into slots: inout [Int]) {
        for index in riskEntities.indices { slots.append(slot(ofEntity: index, transaction, ledger)) }
    }

    private func slot(
        ofEntity index: Int, _ transaction: Transaction, _ ledger: borrowing EntityLedger
    ) -> Int {
        let (place, kind) = riskEntities[index]
        guard place < transaction.entities.count, let key = transaction.entities[place] else { return Self.noEntity }
        return ledger.slot(of: kind.entity(key))
    }

    /// Fetches what is read of many entities before it is needed, so that the waits for memory overlap.
    ///
    /// - Returns: a number without meaning, to be used so that the reads are not left out.
    public func touch(_ slots: [Int], ledger: borrowing EntityLedger) -> Int {
        var sum = 0
        for index in slots.indices { sum &+= ledger.touch(slot: slots[index]) }
        return sum
    }

    /// Stands for an entity that the transaction does not name.
    private static let noEntity = -2

    /// As above, with the entities' slots found before; the ledger has not changed since.
    ///
    /// - Parameter slots: (`riskEntityCount`)
    public func extract(
        _ transaction: Transaction, history: borrowing UserHistory, ledger: borrowing EntityLedger,
        slots: UnsafeBufferPointer<Int>, into raw: UnsafeMutableBufferPointer<UInt32>
    ) {
        precondition(slots.count == riskEntities.count, "one slot an entity expected")
        precondition(raw.count == rawCount, "\(rawCount) raw values expected")
        let time = history.effectiveTime(of: transaction.time)
        Self.extractUser(
            amount: Float(transaction.amount), time: transaction.time, at: time, history: history, into: raw)
        var sink = RawSink(raw: raw, position: FeatureLayout.user.count)
        for index in schema.features.indices {
            let value = index < transaction.features.count ? transaction.features[index] : .missing
            extractDeclared(value, kind: schema.features[index].kind, into: &sink)
        }
        for index in riskEntities.indices {
            guard slots[index] != Self.noEntity else {
                for _ in FeatureLayout.risk { sink.append(.nan) }
                continue
            }
            extractRisk(ledger.risk(at: slots[index], time), into: &sink)
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
