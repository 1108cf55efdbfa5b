/// How often each entity was seen, in an open table: the keys are hashes already, and every event comes here.
struct EntityCounts: Sendable {
    private struct Slot {
        var entity: UInt64
        /// 0 where the slot is empty.
        var count: UInt32
    }

    /// A power of two of them, at most half full.
    private var slots: [Slot] = []
    private var used = 0

    init() {}

    init(_ counts: [UInt64: UInt32]) {
        for (entity, count) in counts { add(count, to: entity) }
    }

    var dictionary: [UInt64: UInt32] {
        var counts: [UInt64: UInt32] = [:]
        counts.reserveCapacity(used)
        for slot in slots where slot.count > 0 { counts[slot.entity] = slot.count }
        return counts
    }

    /// - Complexity: O(1).
    mutating func add(_ count: UInt32, to entity: UInt64) {
        guard count > 0 else { return }
        if used * 2 >= slots.count { grow() }
        let place = place(of: entity)
        if slots[place].count == 0 {
            slots[place].entity = entity
            used += 1
        }
        slots[place].count += count
    }

    /// The entity's slot, or the empty one that it would take.
    private func place(of entity: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: entity) & mask
        while slots[place].count > 0, slots[place].entity != entity { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(entity: 0, count: 0), count: max(16, 2 * old.count))
        for slot in old where slot.count > 0 { slots[place(of: slot.entity)] = slot }
    }
}
