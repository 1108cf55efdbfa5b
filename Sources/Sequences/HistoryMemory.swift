/// The memory of one history in a single block: what an event reads of its user lies together, so that it waits for one
/// place and not for one an array.
///
/// First what the last 32 events left, then the kept columns, then a tag for each id, then a row for each token: its time,
/// its id and its raw values.
struct HistoryMemory: Sendable {
    /// Where things stand, in bytes.
    struct Layout: Sendable {
        let rawCount: Int
        let capacity: Int
        let columnCount: Int

        static let amounts = UserHistory.recentCapacity * 8
        static let sorted = amounts + UserHistory.recentCapacity * 4
        static let kept = sorted + UserHistory.recentCapacity * 4

        /// Values kept of a column, those of the newest tokens.
        var keptRoom: Int { min(UserHistory.recentCapacity, capacity) }
        var tags: Int { Self.kept + (columnCount * keptRoom * 4 + 7) / 8 * 8 }
        var rows: Int { tags + (capacity * 2 + 7) / 8 * 8 }
        var row: Int { 16 + (rawCount * 4 + 7) / 8 * 8 }
    }

    private(set) var layout: Layout
    /// Tokens there is room for.
    private(set) var room = 0
    /// Empty until there is something to hold.
    private var words: [UInt64] = []

    init(rawCount: Int, capacity: Int) {
        layout = Layout(rawCount: rawCount, capacity: capacity, columnCount: 0)
    }

    /// Whether nothing was ever held: then there is nothing to read either.
    private var isEmpty: Bool { words.isEmpty }

    var byteCount: Int { words.capacity * 8 }

    /// Makes room for so many tokens; what is held stays.
    mutating func grow(to room: Int) {
        guard room > self.room || isEmpty else { return }
        self.room = room
        let size = (layout.rows + room * layout.row) / 8
        words = [UInt64](unsafeUninitializedCapacity: size) { [words] fresh, count in
            let rest = fresh[fresh.initialize(fromContentsOf: words)...]
            rest.initialize(repeating: 0)
            count = size
        }
    }

    /// Makes place for the values of so many columns, all zero; the rest stays.
    mutating func setColumnCount(_ count: Int) {
        guard count != layout.columnCount else { return }
        let former = self
        layout = Layout(rawCount: layout.rawCount, capacity: layout.capacity, columnCount: count)
        guard !former.isEmpty else { return }
        (words, room) = ([], 0)
        grow(to: former.room)
        former.words.withUnsafeBytes { old in
            words.withUnsafeMutableBytes { new in
                new.copyMemory(from: UnsafeRawBufferPointer(rebasing: old[..<Layout.kept]))
                UnsafeMutableRawBufferPointer(rebasing: new[layout.tags...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: old[former.layout.tags...]))
            }
        }
    }

    /// Reads the block, which must not be empty.
    @inline(__always)
    func read<Result>(_ body: (View) throws -> Result) rethrows -> Result {
        try words.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, !bytes.isEmpty else {
                preconditionFailure("a history with nothing in it is not read")
            }
            return try body(View(base: UnsafeMutableRawPointer(mutating: base), layout: layout))
        }
    }

    /// Writes to the block, which must not be empty.
    @inline(__always)
    mutating func write<Result>(_ body: (View) -> Result) -> Result {
        let layout = layout
        return words.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress, !bytes.isEmpty else {
                preconditionFailure("a history with nothing in it is not written to")
            }
            return body(View(base: base, layout: layout))
        }
    }

    /// The parts of the block; valid inside `read` and `write`, and only the latter may store.
    struct View {
        fileprivate let base: UnsafeMutableRawPointer
        fileprivate let layout: Layout

        /// (32) effective times of the last events, a ring.
        var times: UnsafeMutablePointer<Int64> { base.assumingMemoryBound(to: Int64.self) }
        /// (32) their amounts, in the same places.
        var amounts: UnsafeMutablePointer<Float> { (base + Layout.amounts).assumingMemoryBound(to: Float.self) }
        /// (32) the same amounts in ascending order.
        var sorted: UnsafeMutablePointer<Float> { (base + Layout.sorted).assumingMemoryBound(to: Float.self) }
        /// (columns, `keptRoom`); event n of the user stands at n modulo `keptRoom`.
        var kept: UnsafeMutablePointer<UInt32> { (base + Layout.kept).assumingMemoryBound(to: UInt32.self) }
        /// (capacity) low bits of the ids, by which most are told apart.
        var tags: UnsafeMutablePointer<UInt16> { (base + layout.tags).assumingMemoryBound(to: UInt16.self) }

        func time(_ slot: Int) -> UnsafeMutablePointer<Int64> { row(slot).assumingMemoryBound(to: Int64.self) }
        func id(_ slot: Int) -> UnsafeMutablePointer<UInt64> { (row(slot) + 8).assumingMemoryBound(to: UInt64.self) }
        /// (`rawCount`)
        func raw(_ slot: Int) -> UnsafeMutablePointer<UInt32> { (row(slot) + 16).assumingMemoryBound(to: UInt32.self) }

        private func row(_ slot: Int) -> UnsafeMutableRawPointer { base + rowOffset(slot) }

        /// Where a token's row stands, in bytes.
        func rowOffset(_ slot: Int) -> Int { layout.rows + slot &* layout.row }

        /// Stores a token.
        func put(_ raw: UnsafeBufferPointer<UInt32>, time: Int64, id: UInt64, at slot: Int) {
            self.time(slot).pointee = time
            self.id(slot).pointee = id
            tags[slot] = UInt16(truncatingIfNeeded: id)
            if let values = raw.baseAddress { self.raw(slot).update(from: values, count: layout.rawCount) }
        }

        /// Stores what a token has in the kept columns.
        func keep(_ columns: [Int], of raw: UnsafeBufferPointer<UInt32>, event number: UInt64) {
            let room = layout.keptRoom
            let place = Int(truncatingIfNeeded: number % UInt64(room))
            for index in columns.indices { kept[index &* room &+ place] = raw[columns[index]] }
        }

        /// Reads a value of every cache line from one byte to another, both inside the block, the first a multiple of 8.
        func touch(_ first: Int, _ end: Int) -> UInt64 {
            stride(from: first, to: end, by: 64).reduce(0) { $0 &+ base.load(fromByteOffset: $1, as: UInt64.self) }
        }
    }
}
