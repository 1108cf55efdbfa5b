public import Transactions

/// What rules know of a user beyond the model's history: since when, the last decision, the state of the aggregates.
public struct UserProfile: Sendable {
    /// The time of the user's first event; nil before it, and where an older checkpoint did not hold it.
    public var firstSeen: EventTime?
    /// What was last decided, before a circuit breaker held it; nil before the first decision.
    public var lastDecision: Disposition?
    public var aggregates = UserAggregates()

    public init() {}

    private static let version: UInt8 = 1

    /// The profile as bytes for a checkpoint; equal profiles give equal bytes.
    public func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, reserving: 64)
        writer.fixed(UInt8(firstSeen == nil ? 0 : 1))
        writer.zigzag(firstSeen?.milliseconds ?? 0)
        writer.fixed(UInt8((lastDecision.flatMap(Disposition.allCases.firstIndex) ?? -1) + 1))
        aggregates.write(to: &writer)
        return writer.finished()
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `StateFault` for anything else.
    public init(decoding bytes: UnsafeRawBufferPointer) throws(StateFault) {
        var reader = try StateReader(bytes, version: Self.version)
        let isKnown = try reader.fixed(UInt8.self) == 1
        let time = EventTime(milliseconds: try reader.zigzag())
        firstSeen = isKnown ? time : nil
        let decision = Int(try reader.fixed(UInt8.self)) - 1
        guard decision < Disposition.allCases.count else {
            throw StateFault(.malformed, offset: reader.position - 1, "a decision out of range")
        }
        lastDecision = decision < 0 ? nil : Disposition.allCases[decision]
        aggregates = try UserAggregates(from: &reader)
        try reader.finish()
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `StateFault` for anything else.
    public init(decoding bytes: [UInt8]) throws(StateFault) {
        self = try bytes.withUnsafeBytes { buffer in
            Result { () throws(StateFault) in try Self(decoding: buffer) }
        }.get()
    }
}
