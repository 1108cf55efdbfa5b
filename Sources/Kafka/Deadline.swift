/// A moment on the monotonic clock by which a call has to be over.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(milliseconds: Int32) {
        end = ContinuousClock.now + .milliseconds(Int64(max(0, milliseconds)))
    }

    /// Milliseconds left, rounded up; zero when it has passed.
    var remainingMilliseconds: Int32 {
        let left = end - ContinuousClock.now
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    var hasPassed: Bool { remainingMilliseconds == 0 }
}
