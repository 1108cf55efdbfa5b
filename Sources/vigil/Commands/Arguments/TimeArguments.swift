import ArgumentParser
import Transactions

/// The beginning of a span: a day means its first moment, UTC.
struct StartTime: ExpressibleByArgument {
    let time: EventTime

    init?(argument: String) {
        guard let time = EventTime(iso8601: argument) else { return nil }
        self.time = time
    }
}

/// The end of a span, itself outside: a day means the moment after its last, UTC; a timestamp is meant as it stands.
struct EndTime: ExpressibleByArgument {
    let time: EventTime

    init?(argument: String) {
        guard let time = EventTime(iso8601: argument) else { return nil }
        let isDay = argument.utf8.count == "2018-08-08".utf8.count
        self.time = isDay ? time.advanced(byMilliseconds: EventTime.millisecondsPerDay) : time
    }
}

/// A length of time, such as `7d` or `90m`.
struct Duration: ExpressibleByArgument {
    let milliseconds: Int64

    init?(argument: String) {
        guard let milliseconds = DurationText.milliseconds(argument) else { return nil }
        self.milliseconds = milliseconds
    }
}

/// Events in a second: `500/s`, or `30/m` for one every two seconds.
struct EventRate: ExpressibleByArgument {
    let perSecond: Double

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let count = Double(parts[0]), count > 0, count.isFinite else { return nil }
        switch parts.count == 2 ? parts[1] : "s" {
        case "s": perSecond = count
        case "m": perSecond = count / 60
        case "h": perSecond = count / 3600
        default: return nil
        }
    }
}
