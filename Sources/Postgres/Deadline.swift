/// A moment on the monotonic clock by which something must have happened; nil milliseconds: never.
struct Deadline {
    private let end: ContinuousClock.Instant?

    init(milliseconds: Int?) {
        end = milliseconds.map { .now + .milliseconds($0) }
    }

    var hasPassed: Bool { end.map { $0 <= .now } ?? false }

    /// Milliseconds left for poll(2): -1 without an end, rounded up so that a loop does not spin.
    var pollTimeout: Int32 {
        guard let end else { return -1 }
        let left = (end - .now) / .milliseconds(1)
        return Int32(max(0, min(left.rounded(.up), 3_600_000)))
    }
}
