internal import Foundation
internal import Synchronization
internal import Transactions

/// Offsets from UTC by a zone's name. Zones are looked up in the system's database once and kept.
final class TimeZones: Sendable {
    static let shared = TimeZones()

    private struct Zone {
        let zone: TimeZone
        /// The minute asked for last, and the offset in it: zones change their offsets on whole minutes.
        var minute: Int64 = .min
        var offset: Int64 = 0
    }

    /// More names than the database has; past it nothing more is kept.
    private static let limit = 2000

    private let zones = Mutex<[Text: Zone]>([:])

    /// Seconds east of UTC in the zone `UTC`, `Europe/Paris`, `+02:00` or `02:00`; nil for an unknown zone.
    func offset(of name: String, at seconds: Int64) -> Int64? {
        if name == "UTC" { return 0 }
        if let fixed = Self.fixed(name) { return fixed }
        return zones.withLock { zones in
            let key = Text(name)
            guard var zone = zones[key] ?? Self.find(name) else { return nil }
            // Before time was standardised, offsets changed on any second.
            let minute = seconds > 0 ? seconds / 60 : .min
            if minute == .min || minute != zone.minute {
                zone.minute = minute
                zone.offset = Int64(zone.zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
                if zones.count < Self.limit { zones[key] = zone }
            }
            return zone.offset
        }
    }

    private static func find(_ name: String) -> Zone? {
        name.isEmpty ? nil : TimeZone(identifier: name).map { Zone(zone: $0) }
    }

    private static func fixed(_ name: String) -> Int64? {
        guard let first = name.utf8.first, first.isDigit || first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
        else {
            return nil
        }
        var cursor = TextCursor(name)
        let offset = first.isDigit ? cursor.clock() : cursor.zone()
        return cursor.isAtEnd ? offset : nil
    }
}
