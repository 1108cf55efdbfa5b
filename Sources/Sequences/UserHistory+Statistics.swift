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
        // In ascending order, so that a restored ring gives the same bits as the one it was saved from.
        sortedAmounts.withUnsafeBufferPointer { sorted in
            sorted.isEmpty ? nil : Self.sum(sorted) { $0 } / Double(sorted.count)
        }
    }

    /// - Complexity: O(32), without allocation.
    func statistics(at milliseconds: Int64) -> Statistics {
        let recent = sortedAmounts.count
        guard recent > 0 else { return Statistics() }
        var result = Statistics()
        // In ascending order, so that a restored ring gives the same bits as the one it was saved from.
        sortedAmounts.withUnsafeBufferPointer { sorted in
            let mean = Self.sum(sorted) { $0 } / Double(recent)
            let middle = recent / 2
            result.median = recent % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
            result.mean = Float(mean)
            guard recent > 1 else { return }
            let squares = Self.sum(sorted) { ($0 - mean) * ($0 - mean) }
            result.deviation = Float((squares / Double(recent)).squareRoot())
        }
        let (hour, day) = (EventTime.millisecondsPerHour, EventTime.millisecondsPerDay)
        var (inHour, inDay) = (0, 0)
        recentTimes.withUnsafeBufferPointer { times in
            for time in times {
                inHour += milliseconds &- time < hour ? 1 : 0
                inDay += milliseconds &- time < day ? 1 : 0
            }
        }
        (result.countInHour, result.countInDay) = (Float(inHour), Float(inDay))
        return result
    }

    /// Fills in how a transaction's categories stand to the user's last tokens, at most 32: in how many of a week each
    /// came, and how many seconds ago; NaN for what is not there.
    ///
    /// - Parameters:
    ///   - columns: the categories' places among `raw`, whose values there are given.
    ///   - first: where the pairs go in `raw`.
    func fillRecurrences(
        of columns: [Int], at milliseconds: Int64, in raw: UnsafeMutableBufferPointer<UInt32>, from first: Int
    ) {
        let week = 7 * EventTime.millisecondsPerDay
        let oldest = rawCount == raw.count ? max(0, count - Self.recentCapacity) : count
        columns.withUnsafeBufferPointer { columns in
            // Counts and the newest position, from one, until all tokens are seen: once through them for all categories.
            for place in columns.indices { (raw[first + 2 * place], raw[first + 2 * place + 1]) = (0, 0) }
            raws.withUnsafeBufferPointer { raws in
                for position in oldest..<count {
                    let slot = slot(of: position)
                    let inWeek: UInt32 = milliseconds &- times[slot] < week ? 1 : 0
                    for place in columns.indices
                    where raws[slot &* rawCount &+ columns[place]] == raw[columns[place]] {
                        raw[first &+ 2 &* place] &+= inWeek
                        raw[first &+ 2 &* place &+ 1] = UInt32(truncatingIfNeeded: position &+ 1)
                    }
                }
            }
            for place in columns.indices {
                let (count, newest) = (raw[first + 2 * place], Int(raw[first + 2 * place + 1]))
                let isNamed = raw[columns[place]] != 0
                let last = newest > 0 ? times[slot(of: newest - 1)] : 0
                let since = newest > 0 ? Float(Double(milliseconds &- last) / 1000) : .nan
                raw[first + 2 * place] = (isNamed ? Float(count) : .nan).bitPattern
                raw[first + 2 * place + 1] = (isNamed ? since : .nan).bitPattern
            }
        }
    }

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
