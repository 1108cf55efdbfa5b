internal import Scoring

/// A partition's users by id, found by the stable hash that the intake worked out: one probe of eight bytes and the
/// user's own entry, without hashing the id again.
struct UserTable {
    /// A user and the name under which the outside may know them.
    struct Entry {
        let id: String
        let hash: UInt64
        var state: UserState
        var pseudonym: String
        /// The epoch of the newest checkpoint, where there is one.
        var checkpointEpoch: Int64?
    }

    /// In the order in which they were first seen.
    private(set) var entries: [Entry] = []
    /// The upper half of a hash above the entry's number plus one; 0 is empty. A power of two of them, at most half full.
    private var slots: [UInt64] = Array(repeating: 0, count: 16)

    var count: Int { entries.count }

    /// - Complexity: O(1).
    func index(of id: String, hash: UInt64) -> Int? {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place] != 0 {
            let slot = slots[place]
            let index = Int(slot & 0xffff_ffff) - 1
            if slot >> 32 == hash >> 32, entries[index].id == id { return index }
            place = (place + 1) & mask
        }
        return nil
    }

    /// The number of a user whose hash looks the same from a slot alone, most often the right one; -1 for none.
    func likelyIndex(hash: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place] != 0 {
            if slots[place] >> 32 == hash >> 32 { return Int(slots[place] & 0xffff_ffff) - 1 }
            place = (place + 1) & mask
        }
        return -1
    }

    /// Adds a user who is not there yet; answers the number that `index(of:hash:)` gives until the next removal.
    mutating func append(_ entry: Entry) -> Int {
        entries.append(entry)
        if entries.count * 2 > slots.count {
            rebuild()
        } else {
            place(entries.count - 1)
        }
        return entries.count - 1
    }

    subscript(index: Int) -> Entry {
        _read { yield entries[index] }
        _modify { yield &entries[index] }
    }

    /// - Complexity: O(users).
    mutating func removeAll(where isGone: (Entry) -> Bool) {
        entries.removeAll(where: isGone)
        rebuild()
    }

    private mutating func rebuild() {
        var size = slots.count
        while size < entries.count * 4 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        for index in entries.indices { place(index) }
    }

    private mutating func place(_ index: Int) {
        let (mask, hash) = (slots.count - 1, entries[index].hash)
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = hash & ~0xffff_ffff | UInt64(index + 1)
    }
}
