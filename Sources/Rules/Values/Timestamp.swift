/// A moment with nanoseconds, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
struct Timestamp: Hashable, Comparable, Sendable {
    static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
    static let nanosecondsPerSecond: Int64 = 1_000_000_000

    let seconds: Int64
    /// 0..<1,000,000,000, counted forward from `seconds`.
    let nanoseconds: Int32

    /// Returns nil outside the range.
    init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard Self.secondsRange.contains(seconds), (0..<Int32(Self.nanosecondsPerSecond)).contains(nanoseconds) else {
            return nil
        }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Returns nil outside the range.
    init?(milliseconds: Int64) {
        let (seconds, rest) = milliseconds.flooredQuotient(1000)
        self.init(seconds: seconds, nanoseconds: Int32(rest) * 1_000_000)
    }

    static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.seconds == right.seconds ? left.nanoseconds < right.nanoseconds : left.seconds < right.seconds
    }

    /// This moment moved by nanoseconds, or nil where it leaves the range.
    func advanced(by delta: Int64) -> Timestamp? {
        let (whole, part) = delta.flooredQuotient(Self.nanosecondsPerSecond)
        let (carry, rest) = (Int64(nanoseconds) + part).flooredQuotient(Self.nanosecondsPerSecond)
        return Timestamp(seconds: seconds + whole + carry, nanoseconds: Int32(rest))
    }

    /// Nanoseconds from `other` to this moment, or nil where they do not fit a duration.
    func nanoseconds(since other: Timestamp) -> Int64? {
        let (whole, overflow) = (seconds - other.seconds).multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
        let (total, more) = whole.addingReportingOverflow(Int64(nanoseconds - other.nanoseconds))
        return overflow || more ? nil : total
    }
}

extension Int64 {
    /// Quotient rounded toward minus infinity, and the remainder that belongs to it (never negative).
    func flooredQuotient(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
