/// Checks that JSON and CSV share, so that both take in the same values.
struct EventChecks: Sendable {
    let limits: EventLimits
    /// The newest time taken in, or nil where nothing is known of the present.
    let latest: EventTime?

    init(limits: EventLimits, messageTimestamp: EventTime?) {
        self.limits = limits
        // Brokers give -1 for a message without a timestamp.
        latest = messageTimestamp.flatMap { timestamp in
            timestamp.milliseconds > 0 ? timestamp.advanced(byMilliseconds: limits.maximumAheadMilliseconds) : nil
        }
    }

    /// A key that must not be empty: an id or a user.
    func key(_ text: String, field: String) throws(EventFault) -> String {
        guard !text.isEmpty else { throw EventFault(.outOfRange, field: field, "expected text that is not empty") }
        return try bounded(text, to: EventLimits.maximumKeyBytes, field: field)
    }

    /// An entity's key; empty is the same as absent.
    func entity(_ text: String, field: String) throws(EventFault) -> String? {
        text.isEmpty ? nil : try bounded(text, to: EventLimits.maximumKeyBytes, field: field)
    }

    /// A category's text; empty is the same as missing.
    func category(_ text: String, field: String) throws(EventFault) -> FeatureValue {
        text.isEmpty ? .missing : .text(try bounded(text, to: EventLimits.maximumTextBytes, field: field))
    }

    /// As `key`, of bytes among which there is no NUL.
    func key(plain bytes: UnsafeBufferPointer<UInt8>, field: String) throws(EventFault) -> String {
        guard !bytes.isEmpty else { return try key("", field: field) }
        return try bounded(plain: bytes, to: EventLimits.maximumKeyBytes, field: field)
    }

    /// As `entity`, of bytes among which there is no NUL.
    func entity(plain bytes: UnsafeBufferPointer<UInt8>, field: String) throws(EventFault) -> String? {
        bytes.isEmpty ? nil : try bounded(plain: bytes, to: EventLimits.maximumKeyBytes, field: field)
    }

    /// As `category`, of bytes among which there is no NUL.
    func category(plain bytes: UnsafeBufferPointer<UInt8>, field: String) throws(EventFault) -> FeatureValue {
        bytes.isEmpty ? .missing : .text(try bounded(plain: bytes, to: EventLimits.maximumTextBytes, field: field))
    }

    func finite(_ value: Double, field: String) throws(EventFault) -> Double {
        guard value.isFinite else { throw EventFault(.outOfRange, field: field, "expected a finite number") }
        return value
    }

    func time(_ time: EventTime, field: String) throws(EventFault) -> EventTime {
        guard time >= limits.earliest else {
            throw EventFault(.outOfRange, field: field, "expected no time before \(limits.earliest)")
        }
        if let latest, time > latest {
            let ahead = DurationText.text(milliseconds: limits.maximumAheadMilliseconds)
            throw EventFault(.outOfRange, field: field, "expected at most \(ahead) after the message's timestamp")
        }
        return time
    }

    /// The time of a number in one of the epoch formats.
    func epoch(_ value: Double, _ format: TransactionSchema.TimeFormat, field: String) throws(EventFault) -> EventTime {
        let milliseconds = format == .epochSeconds ? value * 1000 : value
        // Past 2^53 a double is no whole number of milliseconds any more.
        guard abs(milliseconds) < 9e15 else {
            throw EventFault(.outOfRange, field: field, "expected \(format.rawValue) of this era")
        }
        return try time(EventTime(milliseconds: Int64(milliseconds.rounded())), field: field)
    }

    private func bounded(
        plain bytes: UnsafeBufferPointer<UInt8>, to maximum: Int, field: String
    ) throws(EventFault) -> String {
        guard bytes.count <= maximum else {
            throw EventFault(.outOfRange, field: field, "expected at most \(maximum) bytes")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func bounded(_ text: String, to maximum: Int, field: String) throws(EventFault) -> String {
        var text = text
        let (count, hasNUL) = text.withUTF8 { ($0.count, $0.contains(0)) }
        guard count <= maximum else {
            throw EventFault(.outOfRange, field: field, "expected at most \(maximum) bytes")
        }
        // PostgreSQL's text cannot hold it: one such event would fail its whole batch.
        guard !hasNUL else { throw EventFault(.outOfRange, field: field, "expected no NUL character") }
        return text
    }
}
