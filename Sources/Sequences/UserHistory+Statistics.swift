import Transactions

extension UserHistory {
    /// What the user's last amounts and times say about an event at a given moment; the event itself is not counted.
    struct Statistics {
        var median: Float = .nan
        var mean: Float = .nan
        /// The population's deviation; NaN with fewer than two amounts.
        var deviation: Float = .nan
        var countInHour: Float = 0
        var countInDay: Float = 0
    }

    /// The mean of the user's last amounts, at most 32; nil before the first event.
    public var averageAmount: Double? {
        guard recentLength > 0 else { return nil }
        return memory.read { memory in
            // In ascending order, so that a restored ring gives the same bits as the one it was saved from.
            Self.sum(UnsafeBufferPointer(start: memory.sorted, count: recentLength)) { $0 } / Double(recentLength)
        }
    }

    /// - Complexity: O(32), without allocation.
    func statistics(at milliseconds: Int64) -> Statistics {
        let recent = recentLength
        guard recent > 0 else { return Statistics() }
        var result = Statistics()
        memory.read { memory in
            // In ascending order, so that a restored ring gives the same bits as the one it was saved from.
            let sorted = UnsafeBufferPointer(start: memory.sorted, count: recent)
            let mean = Self.sum(sorted) { $0 } / Double(recent)
            let middle = recent / 2
            result.median = recent % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
            result.mean = Float(mean)
            guard recent > 1 else { return }
            let squares = Self.sum(sorted) { ($0 - mean) * ($0 - mean) }
            result.deviation = Float((squares / Double(recent)).squareRoot())
        }
        let inDay = recentCount(EventTime.millisecondsPerDay, before: milliseconds)
        result.countInDay = Float(inDay)
        result.countInHour = Float(recentCount(EventTime.millisecondsPerHour, before: milliseconds, among: inDay))
        return result
    }

    /// How many of the newest `limit` of the last 32 events are less than `span` before a moment: often all of them, else
    /// counted from the newest back, so that times of long ago are not read.
    func recentCount(_ span: Int64, before milliseconds: Int64, among limit: Int = recentCapacity) -> Int {
        let most = min(limit, recentLength)
        guard most > 0 else { return 0 }
        return memory.read { memory in
            var (place, count) = (recentStart, 0)
            let oldest = recentStart >= most ? recentStart - most : recentStart - most + recentLength
            guard milliseconds &- memory.times[oldest] >= span else { return most }
            while count < most {
                place = place == 0 ? recentLength - 1 : place - 1
                guard milliseconds &- memory.times[place] < span else { break }
                count += 1
            }
            return count
        }
    }

    /// The effective time of the event that came so many before the newest; 0 is the newest, below the last 32.
    func recentTime(before newest: Int) -> Int64 {
        let place = recentStart - 1 - newest
        return recentTime(at: place < 0 ? place + recentLength : place)
    }

    /// The amount and the effective time in a place of the ring of the last events.
    func recentAmount(at place: Int) -> Float { memory.read { $0.amounts[place] } }
    func recentTime(at place: Int) -> Int64 { memory.read { $0.times[place] } }

    /// In four sums at once: one would wait for itself at every step.
    @inline(__always)
    private static func sum(_ values: UnsafeBufferPointer<Float>, _ term: (SIMD4<Double>) -> SIMD4<Double>) -> Double {
        var sums = SIMD4<Double>.zero
        var place = 0
        while place + 4 <= values.count {
            let next = SIMD4(values[place], values[place + 1], values[place + 2], values[place + 3])
            sums += term(SIMD4<Double>(next))
            place += 4
        }
        var rest = 0.0
        while place < values.count {
            rest += term(SIMD4(repeating: Double(values[place])))[0]
            place += 1
        }
        return sums.sum() + rest
    }
}
