/// A second on the proleptic Gregorian calendar, in some fixed offset from UTC.
///
/// - Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
struct CivilTime {
    let year: Int64
    /// 1...12.
    let month: Int64
    /// 1...31.
    let day: Int64
    let secondOfDay: Int64
    private let days: Int64

    /// Seconds since the Unix epoch, the offset from UTC already added.
    init(localSeconds: Int64) {
        (days, secondOfDay) = localSeconds.flooredQuotient(86_400)
        let (era, dayOfEra) = (days + 719_468).flooredQuotient(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        month = shifted < 10 ? shifted + 3 : shifted - 9
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var hour: Int64 { secondOfDay / 3600 }
    var minute: Int64 { secondOfDay / 60 % 60 }
    var second: Int64 { secondOfDay % 60 }
    /// Zero for Sunday.
    var dayOfWeek: Int64 { (days + 4).flooredQuotient(7).remainder }
    /// Zero for 1 January.
    var dayOfYear: Int64 { days - Self.daysSinceEpoch(year: year, month: 1, day: 1) }

    /// Days since 1970-01-01 of a date that exists.
    static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(400).quotient
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
