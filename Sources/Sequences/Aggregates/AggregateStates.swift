public import Transactions

/// One user's states where they stand, for as long as `UserAggregates.withStates` lends them: each is found without asking
/// anew whether the array that it stands in is shared.
public struct AggregateStates {
    let moments: UnsafeMutableBufferPointer<SlidingMoments>
    let distincts: UnsafeMutableBufferPointer<SlidingDistinct>
    let lasts: UnsafeMutableBufferPointer<LastValue?>

    /// Moves the window of the `index`th aggregate of moments on to given buckets and counts a number in the newest, if
    /// there is one.
    public func update(moments index: Int, _ window: Range<Int64>, tracksSpread: Bool, _ number: Double?) {
        moments[index].drop(before: window.lowerBound, tracksSpread: tracksSpread)
        if let number { moments[index].add(number, bucket: window.upperBound - 1, tracksSpread: tracksSpread) }
    }

    /// How many numbers the `index`th aggregate of moments holds.
    public func count(_ index: Int) -> UInt32 { moments[index].count }

    public func sum(_ index: Int) -> Double { moments[index].sum }

    /// Everything that the `index`th aggregate of moments holds.
    public func moments(_ index: Int, tracksSpread: Bool) -> Moments {
        moments[index].total(tracksSpread: tracksSpread)
    }

    /// Moves the window of the `index`th distinct count on to given buckets and sees an element in the newest, if there is
    /// one.
    public func update(distinct index: Int, _ window: Range<Int64>, _ element: UInt64?) {
        distincts[index].drop(before: window.lowerBound)
        if let element { distincts[index].insert(element, bucket: window.upperBound - 1) }
    }

    /// What the `index`th distinct count comes to.
    public func distinctCount(_ index: Int) -> Int64 { distincts[index].count }

    /// What was last seen before this event, within the window; then puts a new value in its place, if there is one.
    @inline(__always)
    public func update(
        last index: Int, windowMilliseconds: Int64, at time: EventTime, _ content: LastValue.Content?
    ) -> LastValue? {
        let seen = lasts[index].flatMap {
            time.milliseconds &- $0.time.milliseconds < windowMilliseconds ? $0 : nil
        }
        if let content { lasts[index] = LastValue(time: time, content: content) }
        return seen
    }
}
