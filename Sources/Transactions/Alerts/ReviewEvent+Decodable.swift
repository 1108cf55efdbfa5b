extension ReviewEvent: Decodable {
    private enum CodingKeys: String, CodingKey {
        case alertID = "alert_id"
        case transactionID = "transaction_id"
        case user, amount
        case eventTime = "event_time"
        case scoredAt = "scored_at"
        case modelScore = "model_score"
        case score, decision
        case decidedBy = "decided_by"
        case ruleHits = "rule_hits"
        case reasons, entities
        case modelHash = "model_hash"
        case rulesHash = "rules_hash"
        case source
    }

    /// Reads a review event; its entities come in the order of their names.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let entities = try values.decode([String: String].self, forKey: .entities)
        self.init(
            alertID: try values.decode(String.self, forKey: .alertID),
            transactionID: try values.decode(String.self, forKey: .transactionID),
            user: try values.decode(String.self, forKey: .user),
            amount: try values.decode(Double.self, forKey: .amount),
            eventTime: try Self.time(values, .eventTime), scoredAt: try Self.time(values, .scoredAt),
            modelScore: try values.decode(Float.self, forKey: .modelScore),
            score: try values.decode(Float.self, forKey: .score),
            decision: try values.decode(Disposition.self, forKey: .decision),
            decidedBy: try values.decodeIfPresent(String.self, forKey: .decidedBy),
            ruleHits: try values.decode([RuleHit].self, forKey: .ruleHits),
            reasons: try values.decode([Reason].self, forKey: .reasons),
            entities: entities.sorted { $0.key < $1.key }.map { EntityKey(name: $0.key, key: $0.value) },
            modelHash: try values.decode(String.self, forKey: .modelHash),
            rulesHash: try values.decode(String.self, forKey: .rulesHash),
            source: try values.decode(SourceCoordinates.self, forKey: .source))
    }

    private static func time(
        _ values: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys
    ) throws -> EventTime {
        guard let time = EventTime(iso8601: try values.decode(String.self, forKey: key)) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: values, debugDescription: "expected an ISO 8601 time")
        }
        return time
    }
}
