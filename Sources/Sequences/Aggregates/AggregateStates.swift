public import Transactions

/// One user's states where they stand, for as long as `UserAggregates.withStates` lends them: each is found without asking
/// anew whether the array that it stands in is shared.
public struct AggregateStates {
    let moments: UnsafeMutableBufferPointer<SlidingMoments>
    let distincts: UnsafeMutableBufferPointer<SlidingDistinct>
    let lasts: UnsafeMutableBufferPointer<LastValue?>

    /// Moves the window of the `index`th aggregate of moments on and counts a number, if there is one.
    @inline(__always)
    public func update(
        moments index: Int, _ specification: AggregateSpecification, at time: EventTime, _ number: Double?
    ) -> Moments {
        moments[index].drop(before: specification.firstBucket(at: time.milliseconds))
        if let number {
            moments[index].add(
                number, bucket: specification.bucket(of: time.milliseconds), tracksSpread: specification.tracksSpread)
        }
        return moments[index].total
    }

    /// Moves the window of the `index`th distinct count on and sees an element, if there is one.
    @inline(__always)
    public func update(
        distinct index: Int, _ specification: AggregateSpecification, at time: EventTime, _ element: UInt64?
    ) -> Int64 {
        distincts[index].drop(before: specification.firstBucket(at: time.milliseconds))
        if let element { distincts[index].insert(element, bucket: specification.bucket(of: time.milliseconds)) }
        return distincts[index].count
    }

    /// What was last seen before this event, within the window; then puts a new value in its place, if there is one.
    @inline(__always)
    public func update(
        last index: Int, _ specification: AggregateSpecification, at time: EventTime, _ content: LastValue.Content?
    ) -> LastValue? {
        let seen = lasts[index].flatMap {
            time.milliseconds &- $0.time.milliseconds < specification.windowMilliseconds ? $0 : nil
        }
        if let content { lasts[index] = LastValue(time: time, content: content) }
        return seen
    }
}
