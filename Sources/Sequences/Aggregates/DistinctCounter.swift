/// Counts different hashes exactly up to a limit, in a table that is used again and again.
public struct DistinctCounter: Sendable {
    /// A power of two, and more than twice what is counted exactly.
    private static let slotCount = 2048

    private struct Slot {
        var hash: UInt64 = 0
        /// The count it belongs to, so that a new one need not clear the table.
        var round: UInt64 = 0
    }

    private var slots = Array(repeating: Slot(), count: slotCount)
    private var round: UInt64 = 0

    public init() {}

    /// How many different elements there are; nil above `DistinctSketch.exactLimit`.
    mutating func count(_ elements: UnsafeBufferPointer<AggregateTimeline.Element>) -> Int64? {
        round &+= 1
        let round = round
        return slots.withUnsafeMutableBufferPointer { slots in
            var found = 0
            for element in elements {
                var slot = Int(truncatingIfNeeded: element.hash >> 32) & (Self.slotCount - 1)
                while slots[slot].round == round, slots[slot].hash != element.hash {
                    slot = (slot + 1) & (Self.slotCount - 1)
                }
                guard slots[slot].round != round else { continue }
                slots[slot] = Slot(hash: element.hash, round: round)
                found += 1
                if found > DistinctSketch.exactLimit { return nil }
            }
            return Int64(found)
        }
    }
}
