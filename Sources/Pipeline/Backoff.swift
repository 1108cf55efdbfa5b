/// Exponential back-off with full jitter.
///
/// - Source: Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
struct Backoff {
    private var ceiling = 0.05

    /// Seconds to wait before the next try: anything up to a bound that doubles from 50 ms to 5 s.
    mutating func next() -> Double {
        defer { ceiling = min(5, ceiling * 2) }
        return Double.random(in: 0.01...ceiling)
    }
}
