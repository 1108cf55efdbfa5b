/// A `timestamptz` as read from a result: milliseconds since the Unix epoch, finer digits dropped.
public struct PostgresTimestamp: Hashable, Sendable {
    public var milliseconds: Int64

    /// 2000-01-01T00:00:00Z, from which PostgreSQL counts.
    static let epochMilliseconds: Int64 = 946_684_800_000

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Parses what a server sends with DateStyle ISO and TimeZone UTC: `2018-08-08 12:00:00.25+00`, ` BC` at its end for
    /// years before 1. Nil for anything else, `infinity` included.
    init?(text: String) {
        var text = text[...]
        let beforeChrist = text.hasSuffix(" BC")
        if beforeChrist { text = text.dropLast(3) }
        guard text.hasSuffix("+00") else { return nil }
        let parts = text.dropLast(3).split(separator: " ")
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: "-").map { Int64($0) ?? -1 }
        let clock = parts[1].split(separator: ":")
        guard date.count == 3, clock.count == 3, let hour = Int64(clock[0]), let minute = Int64(clock[1]) else {
            return nil
        }
        let seconds = clock[2].split(separator: ".")
        guard let second = seconds.first.flatMap({ Int64($0) }), date.allSatisfy({ $0 >= 0 }) else { return nil }
        let digits = seconds.count > 1 ? (seconds[1] + "000").prefix(3) : "000"
        guard let fraction = Int64(digits) else { return nil }
        let year = beforeChrist ? 1 - date[0] : date[0]
        let days = Self.days(year: year, month: date[1], day: date[2])
        milliseconds = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    ///
    /// - Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
