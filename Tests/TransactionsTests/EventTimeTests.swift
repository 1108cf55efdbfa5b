import Foundation
import Testing
import Transactions

struct EventTimeTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("2000-02-29 12:00:00", 951_825_600_000),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999), ("2026-03-01T09:15:42.1259+02:00", 1_772_349_342_125),
        ("1969-12-31T23:59:59.9Z", -100), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59-23:59", 253_402_387_139_000),
    ])
    func reads(text: String, milliseconds: Int64) {
        #expect(EventTime(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-00-10", "2026-02-29", "1900-02-29", "2026-04-31", "2026-01-00", "2026-1-1",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00",
        "2026-01-01T00:00:00.",
        "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00+24:00", " 2026-01-01", "２026-01-01",
        "-001-01-01", "2026-01-01T",
    ])
    func refuses(text: String) {
        #expect(EventTime(iso8601: text) == nil)
    }

    /// Foundation's calendar is the oracle, from year 1 to 9999 in the proleptic Gregorian calendar.
    @Test func agreesWithFoundation() throws {
        var random = SeededGenerator(seed: 7)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for _ in 0..<3000 {
            let time = EventTime(milliseconds: .random(in: -12_219_292_800_000...253_402_300_799_999, using: &random))
            let seconds = Double((time.milliseconds - (time.milliseconds % 1000 + 1000) % 1000) / 1000)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: seconds))
            let text = time.iso8601
            #expect(
                text.hasPrefix(
                    String(
                        format: "%04d-%02d-%02dT%02d:%02d:%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0,
                        parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)))
        }
    }

    @Test func whatIsWrittenIsReadBackInEveryZone() {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<5000 {
            let time = EventTime(milliseconds: .random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
            #expect(EventTime(iso8601: time.iso8601) == time)
            let minutes = Int64.random(in: 0...1439, using: &random)
            let clock = time.iso8601.dropLast()
            let zone = String(format: "%02d:%02d", minutes / 60, minutes % 60)
            #expect(EventTime(iso8601: "\(clock)+\(zone)") == time.advanced(byMilliseconds: -minutes * 60_000))
            #expect(EventTime(iso8601: "\(clock)-\(zone)") == time.advanced(byMilliseconds: minutes * 60_000))
        }
    }

    @Test func everyDayFollowsTheOneBefore() {
        var previous = ""
        for day in Int64(-719_162)..<(-719_162 + 150_000) {
            let text = EventTime(milliseconds: day * EventTime.millisecondsPerDay).iso8601
            #expect(text > previous)
            previous = text
        }
    }
}
