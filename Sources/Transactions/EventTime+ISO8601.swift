extension EventTime: CustomStringConvertible {
    /// Parses `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM:SS[.fff…][Z|±HH:MM]`; a space may stand for the `T`, no zone means UTC.
    /// Digits past the millisecond are dropped. Returns nil for anything else, impossible dates included.
    ///
    /// - Source: RFC 3339; days from the civil date as in Howard Hinnant, "chrono-compatible low-level date algorithms".
    public init?(iso8601 text: some StringProtocol) {
        var copy = String(text)
        guard let milliseconds = copy.withUTF8({ ISO8601Parser(bytes: $0).milliseconds() }) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// As `init(iso8601:)`, from the text's bytes.
    public init?(iso8601Bytes bytes: UnsafeBufferPointer<UInt8>) {
        guard let milliseconds = ISO8601Parser(bytes: bytes).milliseconds() else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`, the milliseconds left out when they are zero.
    public var iso8601: String {
        let (days, inDay) = milliseconds.flooredDivision(by: Self.millisecondsPerDay)
        let (year, month, day) = civilDate(daysSinceEpoch: days)
        let seconds = inDay / 1000
        let fraction = inDay % 1000
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let clock = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return fraction == 0 ? "\(date)T\(clock)Z" : "\(date)T\(clock).\(padded(fraction, 3))Z"
    }

    /// The year and month of this moment, in UTC.
    public var yearAndMonth: (year: Int64, month: Int64) {
        let (days, _) = milliseconds.flooredDivision(by: Self.millisecondsPerDay)
        let (year, month, _) = civilDate(daysSinceEpoch: days)
        return (year, month)
    }

    public var description: String { iso8601 }
}

extension Int64 {
    /// Quotient rounded toward minus infinity, and the remainder that belongs to it (never negative).
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

private func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.flooredDivision(by: 400).quotient
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

private func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (daysSinceEpoch + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

/// A cursor over the bytes of one timestamp.
private struct ISO8601Parser {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    consuming func milliseconds() -> Int64? {
        guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2),
            (1...12).contains(month), day >= 1, day <= Self.daysInMonth(month, of: year)
        else { return nil }
        let midnight = daysSinceEpoch(year: year, month: month, day: day) * EventTime.millisecondsPerDay
        if position == bytes.count { return midnight }
        guard skip("T") || skip("t") || skip(" "),
            let hour = digits(2), skip(":"), let minute = digits(2), skip(":"), let second = digits(2),
            hour < 24, minute < 60, second < 60, let fraction = fraction(), let offset = zone(), position == bytes.count
        else { return nil }
        return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func digits(_ count: Int) -> Int64? {
        guard position + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        position += count
        return value
    }

    private mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        var value: Int64 = 0
        var count = 0
        while let digit = digits(1) {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 3)..<3 { value *= 10 }
        return value
    }

    private mutating func zone() -> Int64? {
        if position == bytes.count || skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes) * 60_000
    }

    private static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
