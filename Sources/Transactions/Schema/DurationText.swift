/// Durations as people write them in files and flags: `7d`, `90m`, `250ms`, `1h30m`.
public enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Parses whole numbers with units `w d h m s ms`, largest unit first, each at most once.
    /// Returns nil for anything else: no unit, a sign, a fraction, or more than `Int64` holds.
    public static func milliseconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        var remaining = units[...]
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let suffix = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(suffix.count)
            guard let count = Int64(digits), let index = remaining.firstIndex(where: { $0.suffix == suffix }) else {
                return nil
            }
            let (part, partOverflow) = count.multipliedReportingOverflow(by: remaining[index].milliseconds)
            let (sum, sumOverflow) = total.addingReportingOverflow(part)
            if partOverflow || sumOverflow { return nil }
            total = sum
            remaining = remaining[(index + 1)...]
        }
        return text.isEmpty ? nil : total
    }

    /// The shortest text that `milliseconds(_:)` reads back; weeks are written as days.
    public static func text(milliseconds: Int64) -> String {
        if milliseconds <= 0 { return "0s" }
        var rest = milliseconds
        var text = ""
        for unit in units.dropFirst() {
            let (count, remainder) = rest.quotientAndRemainder(dividingBy: unit.milliseconds)
            if count > 0 { text += "\(count)\(unit.suffix)" }
            rest = remainder
        }
        return text
    }
}
