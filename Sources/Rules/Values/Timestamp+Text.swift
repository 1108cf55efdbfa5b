extension Timestamp: CustomStringConvertible {
    /// Parses RFC 3339 with up to nine fractional digits; nil for anything else or outside the range.
    init?(rfc3339 text: String) {
        var cursor = TextCursor(text)
        guard let year = cursor.digits(exactly: 4), cursor.skip("-"), let month = cursor.digits(exactly: 2),
            cursor.skip("-"),
            let day = cursor.digits(exactly: 2), cursor.skip("T") || cursor.skip("t"),
            let hour = cursor.digits(exactly: 2), cursor.skip(":"), let minute = cursor.digits(exactly: 2),
            cursor.skip(":"),
            let second = cursor.digits(exactly: 2), let nanoseconds = cursor.fraction(), let offset = cursor.zone(),
            cursor.isAtEnd
        else { return nil }
        guard (1...12).contains(month), (1...CivilTime.daysInMonth(month, of: year)).contains(day), hour < 24,
            minute < 60,
            second < 60
        else { return nil }
        let days = CivilTime.daysSinceEpoch(year: year, month: month, day: day)
        self.init(
            seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: Int32(nanoseconds))
    }

    /// RFC 3339 in UTC, with as many fractional digits as it needs.
    var description: String {
        let time = CivilTime(localSeconds: seconds)
        let date = "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))"
        let clock = "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))"
        return "\(date)T\(clock)\(fractionText(Int64(nanoseconds)))Z"
    }
}

/// `.` and nine digits without their trailing zeros; empty for zero.
func fractionText(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "" }
    var digits = padded(nanoseconds, 9)
    while digits.last == "0" { digits.removeLast() }
    return "." + digits
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
