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
        guard !recentAmounts.isEmpty else { return nil }
        // The oldest first, wherever the ring begins, so that a restored one gives the same bits.
        var sum = 0.0
        for offset in recentAmounts.indices {
            let slot = recentStart + offset
            sum += Double(recentAmounts[slot < recentAmounts.count ? slot : slot - recentAmounts.count])
        }
        return sum / Double(recentAmounts.count)
    }

    /// - Complexity: O(32²) at worst, without allocation.
    func statistics(at milliseconds: Int64) -> Statistics {
        let recent = recentAmounts.count
        guard recent > 0 else { return Statistics() }
        var result = Statistics()
        withUnsafeTemporaryAllocation(of: Float.self, capacity: recent) { sorted in
            for (position, amount) in recentAmounts.enumerated() {
                var place = position
                while place > 0, sorted[place - 1] > amount {
                    sorted[place] = sorted[place - 1]
                    place -= 1
                }
                sorted.initializeElement(at: place, to: amount)
            }
            // Summed in sorted order, so that a restored ring gives the same bits as the one it was saved from.
            let mean = sorted.reduce(0.0) { $0 + Double($1) } / Double(recent)
            let middle = recent / 2
            result.median = recent % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
            result.mean = Float(mean)
            guard recent > 1 else { return }
            let squares = sorted.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
            result.deviation = Float((squares / Double(recent)).squareRoot())
        }
        let (hour, day) = (Int64(3_600_000), Int64(86_400_000))
        for time in recentTimes {
            let age = milliseconds &- time
            if age < hour { result.countInHour += 1 }
            if age < day { result.countInDay += 1 }
        }
        return result
    }
}
