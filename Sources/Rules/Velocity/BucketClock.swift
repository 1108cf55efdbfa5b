internal import Sequences
internal import Transactions

/// Where an event lies in the buckets of each length that aggregates have: one division a length instead of two an
/// aggregate.
struct BucketClock {
    private struct Hand {
        let milliseconds: Int64
        /// The bucket of the moment after the event's, at which its windows begin and end.
        var next: Int64 = 0
        var current: Int64 = 0
    }

    private var hands: [Hand] = []

    /// Which hand shows buckets of a length.
    mutating func hand(of milliseconds: Int64) -> Int {
        if let index = hands.firstIndex(where: { $0.milliseconds == milliseconds }) { return index }
        hands.append(Hand(milliseconds: milliseconds))
        return hands.count - 1
    }

    mutating func turn(to time: EventTime) {
        for index in hands.indices {
            let length = hands[index].milliseconds
            hands[index].next = (time.milliseconds &+ 1).floored(dividedBy: length)
            hands[index].current =
                hands[index].next &* length == time.milliseconds &+ 1
                ? hands[index].next &- 1 : hands[index].next
        }
    }

    /// The buckets of a window of so many whole ones that ends at the event: the first is the one its beginning lies in.
    @inline(__always)
    func window(_ hand: Int, buckets: Int64) -> Range<Int64> {
        Range(uncheckedBounds: (hands[hand].next &- buckets, hands[hand].current &+ 1))
    }
}
