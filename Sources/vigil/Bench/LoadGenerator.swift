import Transactions
import Transformer

/// Makes up canonical JSON of the demo's schema as fast as it can be written: the load of `vigil bench pipeline`.
///
/// Users are drawn evenly at random, each with a home terminal and a device. One event in `alertInterval` has an amount
/// that the bench's rule always flags. The same seed gives the same events.
struct LoadGenerator {
    /// One event in so many is sure to be flagged.
    static let alertInterval = 200
    /// Amounts from here on are flagged by the bench's rule.
    static let flaggedAmount = 9000

    let users: Int
    let partitions: Int
    private var random: SplitMix64
    private var count = 0
    private(set) var value: [UInt8] = []
    private(set) var key: [UInt8] = []
    private var second: Int64 = .min
    private var timeText: [UInt8] = []

    /// What of an event the bench must know.
    struct Event {
        var partition: Int
        var isFlagged: Bool
    }

    private static let categories = ["grocery", "fuel", "restaurant", "travel", "electronics", "clothing", "health"]
        .map { Array($0.utf8) }
    private static let countries = ["DE", "FR", "NL", "AT", "PL"].map { Array($0.utf8) }

    init(users: Int, partitions: Int, seed: UInt64) {
        self.users = users
        self.partitions = partitions
        random = SplitMix64(seed: seed)
        value.reserveCapacity(512)
        key.reserveCapacity(16)
    }

    /// Writes the next event into `key` and `value`.
    mutating func next(at time: EventTime) -> Event {
        count += 1
        let isFlagged = count % Self.alertInterval == 0
        let bits = random.next()
        let user = Int(bits % UInt64(users))
        let more = random.next()
        key.removeAll(keepingCapacity: true)
        key.append(UInt8(ascii: "u"))
        append(user, to: &key)
        value.removeAll(keepingCapacity: true)
        put("{\"id\":\"t")
        append(count, to: &value)
        put("\",\"user\":\"")
        value.append(contentsOf: key)
        put("\",\"time\":\"")
        put(time)
        put("\",\"amount\":")
        append(isFlagged ? Self.flaggedAmount + Int(more % 900) : 1 + Int(more % 400), to: &value)
        value.append(UInt8(ascii: "."))
        putTwoDigits(Int(more >> 16 % 100))
        let isAtHome = more >> 32 % 4 != 0
        let terminal = isAtHome ? user % 5000 : Int(more >> 40 % 5000)
        put(",\"entities\":{\"terminal\":\"t")
        append(terminal, to: &value)
        put("\",\"merchant\":\"m")
        append(terminal / 4, to: &value)
        let isOnline = more >> 24 % 3 == 0
        if isOnline {
            put("\",\"device\":\"d")
            append(user, to: &value)
        }
        put("\"},\"features\":{\"category\":\"")
        value.append(contentsOf: Self.categories[terminal % Self.categories.count])
        put(isOnline ? "\",\"channel\":\"online\",\"country\":\"" : "\",\"channel\":\"chip\",\"country\":\"")
        value.append(contentsOf: Self.countries[terminal % Self.countries.count])
        put("\",\"distance_km\":")
        append(isAtHome ? Int(more >> 48 % 30) : Int(more >> 48 % 400), to: &value)
        put(".5}}")
        return Event(partition: user % partitions, isFlagged: isFlagged)
    }

    private mutating func put(_ text: StaticString) {
        text.withUTF8Buffer { value.append(contentsOf: $0) }
    }

    private mutating func putTwoDigits(_ number: Int) {
        value.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
        value.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// The calendar is asked once a second of event time.
    private mutating func put(_ time: EventTime) {
        let whole = time.milliseconds / 1000
        if whole != second {
            second = whole
            timeText = Array(EventTime(milliseconds: whole * 1000).iso8601.utf8.prefix(19))
        }
        value.append(contentsOf: timeText)
        value.append(UInt8(ascii: "."))
        let milliseconds = Int(time.milliseconds % 1000)
        value.append(UInt8(ascii: "0") + UInt8(milliseconds / 100))
        putTwoDigits(milliseconds % 100)
        value.append(UInt8(ascii: "Z"))
    }

    private func append(_ number: Int, to buffer: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            buffer.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
