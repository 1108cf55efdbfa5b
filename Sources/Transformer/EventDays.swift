/// An event time in days as the sum of two floats, so that differences are exact to a hundredth of a second over millennia.
///
/// Training and streaming both subtract these, high from high and low from low; the difference of the high parts is exact.
struct EventDays {
    let high: Float
    let low: Float

    init(milliseconds: Int64) {
        let days = Double(milliseconds) / 86_400_000
        high = Float(days)
        low = Float(days - Double(high))
    }
}
