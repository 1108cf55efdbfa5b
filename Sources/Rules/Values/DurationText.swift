/// The text of durations: `1h30m`, `250ms`, `-1.5s`; back as decimal seconds, `5400s`.
enum DurationText {
    /// Parses a signed sequence of decimal numbers with units h, m, s, ms, us, µs, ns; nil where malformed or too long.
    static func nanoseconds(of text: String) -> Int64? {
        var cursor = TextCursor(text)
        let negative = cursor.skip("-")
        if !negative { _ = cursor.skip("+") }
        if cursor.skip("0"), cursor.isAtEnd { return 0 }
        cursor = TextCursor(text)
        _ = cursor.skip("-") || cursor.skip("+")
        var total: Int64 = 0
        repeat {
            guard let part = part(&cursor) else { return nil }
            // Summed below zero, where the smallest duration has its place.
            let (sum, overflow) = total.subtractingReportingOverflow(part)
            guard !overflow else { return nil }
            total = sum
        } while !cursor.isAtEnd
        if negative { return total }
        return total == .min ? nil : -total
    }

    /// One number and its unit, in nanoseconds.
    private static func part(_ cursor: inout TextCursor) -> Int64? {
        guard let (whole, wholeDigits) = cursor.digits() else { return nil }
        var fraction: Int64 = 0
        var fractionDigits = 0
        if cursor.skip(".") {
            guard let (value, count) = cursor.digits(), count <= 18 else { return nil }
            (fraction, fractionDigits) = (value, count)
        }
        guard wholeDigits + fractionDigits > 0, let unit = unit(&cursor) else { return nil }
        let power = (0..<fractionDigits).reduce(Int64(1)) { power, _ in power * 10 }
        // The fraction is below `power`, so the quotient is below the unit and fits.
        let part = power.dividingFullWidth(fraction.multipliedFullWidth(by: unit)).quotient
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: unit)
        let (total, more) = scaled.addingReportingOverflow(part)
        return overflow || more ? nil : total
    }

    private static func unit(_ cursor: inout TextCursor) -> Int64? {
        if cursor.skip("ns") { return 1 }
        if cursor.skip("us") || cursor.skip("µs") || cursor.skip("μs") { return 1000 }
        if cursor.skip("ms") { return 1_000_000 }
        if cursor.skip("s") { return 1_000_000_000 }
        if cursor.skip("m") { return 60_000_000_000 }
        if cursor.skip("h") { return 3_600_000_000_000 }
        return nil
    }

    /// Decimal seconds with as many fractional digits as needed, then `s`.
    static func text(of nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        let (seconds, rest) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        return "\(nanoseconds < 0 ? "-" : "")\(seconds)\(fractionText(Int64(rest)))s"
    }
}
