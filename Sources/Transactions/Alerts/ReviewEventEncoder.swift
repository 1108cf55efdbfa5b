/// Writes the review topic's messages, and the parts of them that an alert's row keeps as JSON.
public struct ReviewEventEncoder: Sendable {
    public init() {}

    /// Appends one JSON object as UTF-8, without a line end.
    public func append(_ event: ReviewEvent, to buffer: inout [UInt8]) {
        buffer.append(json: "{\"alert_id\":")
        buffer.append(string: event.alertID)
        buffer.append(json: ",\"transaction_id\":")
        buffer.append(string: event.transactionID)
        buffer.append(json: ",\"user\":")
        buffer.append(string: event.user)
        buffer.append(json: ",\"amount\":")
        buffer.append(number: event.amount)
        buffer.append(json: ",\"event_time\":")
        buffer.append(time: event.eventTime)
        buffer.append(json: ",\"scored_at\":")
        buffer.append(time: event.scoredAt)
        buffer.append(json: ",\"model_score\":")
        buffer.append(number: event.modelScore)
        buffer.append(json: ",\"score\":")
        buffer.append(number: event.score)
        buffer.append(json: ",\"decision\":")
        buffer.append(string: event.decision.rawValue)
        buffer.append(json: ",\"decided_by\":")
        if let rule = event.decidedBy { buffer.append(string: rule) } else { buffer.append(json: "null") }
        buffer.append(json: ",\"rule_hits\":")
        append(event.ruleHits, to: &buffer)
        buffer.append(json: ",\"reasons\":")
        append(event.reasons, to: &buffer)
        buffer.append(json: ",\"entities\":")
        append(entities: event.entities, to: &buffer)
        buffer.append(json: ",\"model_hash\":")
        buffer.append(string: event.modelHash)
        buffer.append(json: ",\"rules_hash\":")
        buffer.append(string: event.rulesHash)
        append(event.source, to: &buffer)
        buffer.append(UInt8(ascii: "}"))
    }

    /// Appends rule hits as a JSON array.
    public func append(_ hits: [RuleHit], to buffer: inout [UInt8]) {
        appendArray(hits, to: &buffer) { hit, buffer in
            buffer.append(json: "{\"rule\":")
            buffer.append(string: hit.rule)
            buffer.append(json: ",\"action\":")
            buffer.append(string: hit.action)
            buffer.append(json: ",\"reason\":")
            buffer.append(string: hit.reason)
            guard hit.state != .active else { return }
            buffer.append(json: ",\"state\":")
            buffer.append(string: hit.state.rawValue)
            guard let held = hit.held else { return }
            buffer.append(json: ",\"held\":")
            buffer.append(string: held.rawValue)
        }
    }

    /// Appends reasons as a JSON array.
    public func append(_ reasons: [Reason], to buffer: inout [UInt8]) {
        appendArray(reasons, to: &buffer) { reason, buffer in
            buffer.append(json: "{\"feature\":")
            buffer.append(string: reason.feature)
            buffer.append(json: ",\"value\":")
            buffer.append(string: reason.value)
            buffer.append(json: ",\"contribution\":")
            buffer.append(number: reason.contribution)
        }
    }

    /// Appends entities as a JSON object.
    public func append(entities: [EntityKey], to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "{"))
        for (index, entity) in entities.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.append(string: entity.name)
            buffer.append(UInt8(ascii: ":"))
            buffer.append(string: entity.key)
        }
        buffer.append(UInt8(ascii: "}"))
    }

    private func append(_ source: SourceCoordinates, to buffer: inout [UInt8]) {
        buffer.append(json: ",\"source\":{\"topic\":")
        buffer.append(string: source.topic)
        buffer.append(json: ",\"partition\":")
        buffer.append(ascii: String(source.partition))
        buffer.append(json: ",\"offset\":")
        buffer.append(ascii: String(source.offset))
        buffer.append(UInt8(ascii: "}"))
    }

    /// The closure writes an element without its closing brace.
    private func appendArray<Element>(
        _ elements: [Element], to buffer: inout [UInt8], body: (Element, inout [UInt8]) -> Void
    ) {
        buffer.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            body(element, &buffer)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(UInt8(ascii: "]"))
    }
}
