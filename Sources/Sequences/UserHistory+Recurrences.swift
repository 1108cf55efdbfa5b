import Transactions

extension UserHistory {
    /// Values of the newest tokens that lie apart in `raws`, each a wait for memory, brought together.
    struct KeptColumns: Sendable {
        let columns: [Int]
        /// Tokens held, the newest.
        let room: Int
        /// (columns, room); event n of the user stands at n modulo `room`.
        private(set) var values: [UInt32]

        init(columns: [Int], room: Int) {
            self.columns = columns
            self.room = room
            values = Array(repeating: 0, count: columns.count * room)
        }

        mutating func put(_ raw: UnsafeBufferPointer<UInt32>, ofEvent number: UInt64) {
            let place = Int(number % UInt64(room))
            for index in columns.indices { values[index * room + place] = raw[columns[index]] }
        }

        var byteCount: Int { values.capacity * 4 }
    }

    /// Keeps the newest tokens' values of some columns together from now on, so that `fillRecurrences` need not go
    /// through the tokens; what it gives is the same.
    mutating func keep(_ columns: [Int]) {
        guard columns != kept?.columns, let last = columns.max(), last < rawCount else { return }
        var fresh = KeptColumns(columns: columns, room: min(Self.recentCapacity, capacity))
        var number = eventsSeen - UInt64(count)
        forEachToken { raw, _ in
            fresh.put(raw, ofEvent: number)
            number += 1
        }
        kept = fresh
        measure()
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
        let length = rawCount == raw.count ? min(count, recentTimes.count) : 0
        let recent = length - recentCount(7 * EventTime.millisecondsPerDay, before: milliseconds, among: length)
        let isKept = kept?.columns == columns
        for index in columns.indices {
            let value = raw[columns[index]]
            let (inWeek, newest) =
                if isKept, let kept {
                    kept.recurrences(of: value, column: index, events: eventsSeen, length: length, recent: recent)
                } else {
                    recurrences(of: value, column: columns[index], length: length, recent: recent)
                }
            let last = newest > 0 ? recentTime(before: length - newest) : 0
            let since = newest > 0 ? Float(Double(milliseconds &- last) / 1000) : .nan
            raw[first + 2 * index] = (value != 0 ? Float(inWeek) : .nan).bitPattern
            raw[first + 2 * index + 1] = (value != 0 ? since : .nan).bitPattern
        }
    }

    /// The plain twin of `KeptColumns.recurrences`, for histories that keep no columns.
    private func recurrences(of value: UInt32, column: Int, length: Int, recent: Int) -> (inWeek: Int, newest: Int) {
        var (inWeek, newest) = (0, 0)
        for position in 0..<length where raws[slot(of: count - length + position) * rawCount + column] == value {
            inWeek += position >= recent ? 1 : 0
            newest = position + 1
        }
        return (inWeek, newest)
    }
}

extension UserHistory.KeptColumns {
    /// In how many of the last `length` tokens, from number `recent` on, a value stood, and the last of them all where it
    /// did, counted from one; 0 for none.
    ///
    /// - Parameter length: at most `room`.
    func recurrences(
        of value: UInt32, column: Int, events: UInt64, length: Int, recent: Int
    ) -> (inWeek: Int, newest: Int) {
        var (inWeek, newest) = (0, 0)
        values.withUnsafeBufferPointer { values in
            var place = Int((events - UInt64(length)) % UInt64(room))
            for position in 0..<length {
                // Without a branch: what comes again is not to be guessed.
                let isSame = values[column &* room &+ place] == value
                inWeek &+= isSame && position >= recent ? 1 : 0
                newest = isSame ? position &+ 1 : newest
                place = place &+ 1 == room ? 0 : place &+ 1
            }
        }
        return (inWeek, newest)
    }
}
