/// Which of many sources comes next: a binary heap by (clock, source).
struct CursorHeap {
    struct Entry {
        var clock: Int64
        var source: Int

        func precedes(_ other: Entry) -> Bool { (clock, source) < (other.clock, other.source) }
    }

    private var entries: [Entry] = []
    /// Whether every source has been asked for its first event.
    var isStarted = false

    var first: Entry? { entries.first }

    /// - Complexity: O(log n)
    mutating func insert(_ entry: Entry) {
        var index = entries.count
        entries.append(entry)
        while index > 0, entry.precedes(entries[(index - 1) / 2]) {
            entries[index] = entries[(index - 1) / 2]
            index = (index - 1) / 2
        }
        entries[index] = entry
    }

    /// - Complexity: O(log n), O(1) where the source stays first.
    mutating func replaceFirst(_ entry: Entry) {
        guard !entries.isEmpty else { return }
        var index = 0
        while true {
            var child = 2 * index + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entry) else { break }
            entries[index] = entries[child]
            index = child
        }
        entries[index] = entry
    }

    /// - Complexity: O(log n)
    mutating func removeFirst() {
        guard let last = entries.popLast(), !entries.isEmpty else { return }
        replaceFirst(last)
    }
}
