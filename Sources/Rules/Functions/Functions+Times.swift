extension Functions {
    static let times: [(String, Implementation)] = [
        ("getFullYear", part(of: { $0.year })), ("getMonth", part(of: { $0.month - 1 })),
        ("getDate", part(of: { $0.day })), ("getDayOfMonth", part(of: { $0.day - 1 })),
        ("getDayOfWeek", part(of: { $0.dayOfWeek })), ("getDayOfYear", part(of: { $0.dayOfYear })),
        ("getHours", part(of: { $0.hour }, duration: { $0 / 3_600_000_000_000 })),
        ("getMinutes", part(of: { $0.minute }, duration: { $0 / 60_000_000_000 })),
        ("getSeconds", part(of: { $0.second }, duration: { $0 / 1_000_000_000 })),
        ("getMilliseconds", milliseconds),
    ]

    /// A part of a timestamp on the calendar, in UTC or in the zone the argument names, or of a duration.
    private static func part(
        of calendar: @escaping @Sendable (CivilTime) -> Int64, duration: (@Sendable (Int64) -> Int64)? = nil
    ) -> Implementation {
        { arguments, _ in
            switch (arguments.first, arguments.count) {
            case (.duration(let nanoseconds), 1): return duration.map { .int($0(nanoseconds)) } ?? .noSuchOverload
            case (.timestamp(let time), 1): return .int(calendar(CivilTime(localSeconds: time.seconds)))
            case (.timestamp(let time), 2):
                guard case .string(let zone) = arguments[1] else { return .noSuchOverload }
                guard let offset = TimeZones.shared.offset(of: zone, at: time.seconds) else {
                    return .invalid("unknown time zone '\(zone)'")
                }
                return .int(calendar(CivilTime(localSeconds: time.seconds + offset)))
            default: return .noSuchOverload
            }
        }
    }

    /// 0...999: no zone is off by less than a second.
    private static let milliseconds: Implementation = { arguments, _ in
        switch (arguments.first, arguments.count) {
        case (.duration(let nanoseconds), 1): return .int(nanoseconds / 1_000_000 % 1000)
        case (.timestamp(let time), 1): return .int(Int64(time.nanoseconds / 1_000_000))
        case (.timestamp(let time), 2):
            guard case .string(let zone) = arguments[1] else { return .noSuchOverload }
            guard TimeZones.shared.offset(of: zone, at: time.seconds) != nil else {
                return .invalid("unknown time zone '\(zone)'")
            }
            return .int(Int64(time.nanoseconds / 1_000_000))
        default: return .noSuchOverload
        }
    }
}
