public import Transactions

/// What rules know of a user beyond the model's history: since when, the last decision, the state of the aggregates.
public struct UserProfile: Sendable {
    /// The time of the user's first event; nil before it, and where an older checkpoint did not hold it.
    public var firstSeen: EventTime?
    /// What was last decided, before a circuit breaker held it; nil before the first decision.
    public var lastDecision: Disposition?
    /// To be read and changed while open only; empty while packed.
    public var aggregates = UserAggregates()
    /// The aggregates as a checkpoint holds them, while the user is cold; nil while they are open.
    private var packed: [UInt8]?

    public init() {}

    /// 1 wrote all moments whole.
    private static let versions: ClosedRange<UInt8> = 1...2

    /// The profile as bytes for a checkpoint; equal profiles give equal bytes.
    public func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.versions.upperBound, reserving: 64)
        writer.fixed(UInt8(firstSeen == nil ? 0 : 1))
        writer.zigzag(firstSeen?.milliseconds ?? 0)
        writer.fixed(UInt8((lastDecision.flatMap(Disposition.allCases.firstIndex) ?? -1) + 1))
        if let packed { writer.append(contentOf: packed) } else { aggregates.write(to: &writer) }
        return writer.finished()
    }

    /// Reads what `encoded` wrote; the aggregates stay packed.
    ///
    /// - Throws: `StateFault` for anything else.
    public init(decoding bytes: UnsafeRawBufferPointer) throws(StateFault) {
        var reader = try StateReader(bytes, versions: Self.versions)
        let isKnown = try reader.fixed(UInt8.self) == 1
        let time = EventTime(milliseconds: try reader.zigzag())
        firstSeen = isKnown ? time : nil
        let decision = Int(try reader.fixed(UInt8.self)) - 1
        guard decision < Disposition.allCases.count else {
            throw StateFault(.malformed, offset: reader.position - 1, "a decision out of range")
        }
        lastDecision = decision < 0 ? nil : Disposition.allCases[decision]
        aggregates = try UserAggregates(from: &reader, isShort: reader.version > 1)
        try reader.finish()
        pack()
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `StateFault` for anything else.
    public init(decoding bytes: [UInt8]) throws(StateFault) {
        self = try bytes.withUnsafeBytes { buffer in
            Result { () throws(StateFault) in try Self(decoding: buffer) }
        }.get()
    }

    /// Bytes that the aggregates take beyond the profile's own size.
    public var aggregateBytes: Int { packed?.count ?? aggregates.byteCount }

    /// Packs the aggregates: most windows hold little, and take a tenth of their room.
    public mutating func pack() {
        guard packed == nil, !aggregates.isEmpty else { return }
        var writer = StateWriter(version: Self.versions.upperBound, reserving: 0)
        aggregates.write(to: &writer)
        packed = writer.finished()
        aggregates = UserAggregates()
    }

    /// Opens the aggregates, as they were, for the next event.
    public mutating func unpack() {
        guard let bytes = packed else { return }
        packed = nil
        do throws(StateFault) {
            aggregates = try bytes.withUnsafeBytes { buffer in
                Result { () throws(StateFault) in
                    var reader = try StateReader(buffer, version: Self.versions.upperBound)
                    return try UserAggregates(from: &reader, isShort: true)
                }
            }.get()
        } catch {
            preconditionFailure("bytes that this process packed: \(error)")
        }
    }

    /// Empties aggregates, by their ids: those that began after what the profile holds.
    public mutating func empty(_ ids: Set<UInt64>) {
        if !ids.isEmpty { changeAggregates { $0.empty(ids) } }
    }

    /// Changes the aggregates, open or packed, and leaves them so.
    public mutating func changeAggregates(_ body: (inout UserAggregates) -> Void) {
        let wasPacked = packed != nil
        unpack()
        body(&aggregates)
        if wasPacked { pack() }
    }
}
