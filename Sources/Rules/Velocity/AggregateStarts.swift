internal import Sequences

/// From which offset of an input partition on events count in each aggregate of a rule set.
///
/// An aggregate begins empty with the reload that brings it; a restart, which takes earlier events in again, must not
/// count them either.
public struct AggregateStarts: Hashable, Sendable {
    /// By the aggregate's id.
    private let offsets: [UInt64: Int64]
    /// The last of them, so that one comparison tells of most events that everything counts them.
    private let newest: Int64

    public init() { self.init([:]) }

    private init(_ offsets: [UInt64: Int64]) {
        self.offsets = offsets
        newest = offsets.values.max() ?? .min
    }

    /// Forgets aggregates that the rules do not have, and lets those it has not known begin at `offset`.
    ///
    /// - Returns: whether any was forgotten.
    public mutating func adopt(_ rules: RuleSet, at offset: Int64) -> Bool {
        let (former, ids) = (offsets, rules.velocities.aggregates.map(\.specification.id))
        self = Self(Dictionary(ids.map { ($0, former[$0] ?? offset) }) { first, _ in first })
        return former.keys.contains { offsets[$0] == nil }
    }

    /// Whether an aggregate, by its id, counts some event before `offset`.
    public func counts(_ id: UInt64, before offset: Int64) -> Bool { offsets[id].map { $0 < offset } ?? false }

    /// The aggregates in which an event at `offset` does not count: nearly always none.
    public func later(than offset: Int64) -> Set<UInt64> {
        guard newest > offset else { return [] }
        return Set(offsets.lazy.filter { $0.value > offset }.map(\.key))
    }
}

extension AggregateStarts: Codable {
    public init(from decoder: any Swift.Decoder) throws {
        let named = try decoder.singleValueContainer().decode([String: Int64].self)
        self.init(Dictionary(named.map { (UInt64($0.key) ?? 0, $0.value) }) { first, _ in first })
    }

    public func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: offsets.map { (String($0.key), $0.value) }))
    }
}
