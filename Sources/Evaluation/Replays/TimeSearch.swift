/// Where in a partition a moment begins, found by halving with the timestamps of single records: for brokers that cannot
/// search by time.
struct TimeSearch {
    /// Over a stretch this short reading on costs less than searching.
    static let shortest: Int64 = 512

    /// The first record at or after an offset with its timestamp; nil where there is none up to the end.
    let record: (Int64) throws -> (offset: Int64, milliseconds: Int64?)?

    /// An offset at or before the first record that is not older than the moment, and at most `shortest` records before
    /// it, where timestamps do not fall. Records without a timestamp end the search at the beginning.
    ///
    /// - Complexity: O(log n) records are read.
    func start(in offsets: Range<Int64>, notBefore moment: Int64) throws -> Int64 {
        // All before `low` are older; `high` is the end or not older.
        var (low, high) = (offsets.lowerBound, offsets.upperBound)
        while high - low > Self.shortest {
            let middle = low + (high - low) / 2
            guard let found = try record(middle) else {
                high = middle
                continue
            }
            guard let time = found.milliseconds else { return offsets.lowerBound }
            if time < moment { low = min(high, found.offset + 1) } else { high = middle }
        }
        return low
    }
}
