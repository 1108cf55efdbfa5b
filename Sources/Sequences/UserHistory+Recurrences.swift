import Transactions

extension UserHistory {
    /// Fills in how a transaction's categories stand to the user's last tokens, at most 32: in how many of a week each
    /// came, and how many seconds ago; NaN for what is not there.
    ///
    /// - Parameters:
    ///   - columns: the categories' places among `raw`, whose values there are given.
    ///   - first: where the pairs go in `raw`.
    func fillRecurrences(
        of columns: [Int], at milliseconds: Int64, in raw: UnsafeMutableBufferPointer<UInt32>, from first: Int
    ) {
        let length = rawCount == raw.count ? min(count, recentLength) : 0
        let recent = length - recentCount(7 * EventTime.millisecondsPerDay, before: milliseconds, among: length)
        let isKept = keptColumns == columns
        for index in columns.indices {
            let value = raw[columns[index]]
            let (inWeek, newest) =
                if isKept {
                    keptRecurrences(of: value, column: index, length: length, recent: recent)
                } else {
                    recurrences(of: value, column: columns[index], length: length, recent: recent)
                }
            let last = newest > 0 ? recentTime(before: length - newest) : 0
            let since = newest > 0 ? Float(Double(milliseconds &- last) / 1000) : .nan
            raw[first + 2 * index] = (value != 0 ? Float(inWeek) : .nan).bitPattern
            raw[first + 2 * index + 1] = (value != 0 ? since : .nan).bitPattern
        }
    }

    /// In how many of the last `length` tokens, from number `recent` on, a value stood, and the last of them all where it
    /// did, counted from one; 0 for none.
    ///
    /// - Parameter length: at most 32.
    private func keptRecurrences(
        of value: UInt32, column: Int, length: Int, recent: Int
    ) -> (inWeek: Int, newest: Int) {
        guard length > 0 else { return (0, 0) }
        let room = memory.layout.keptRoom
        return memory.read { memory in
            let kept = memory.kept + column &* room
            var (inWeek, newest) = (0, 0)
            var place = Int(truncatingIfNeeded: (eventsSeen - UInt64(length)) % UInt64(room))
            for position in 0..<length {
                // Without a branch: what comes again is not to be guessed.
                let isSame = kept[place] == value
                inWeek &+= isSame && position >= recent ? 1 : 0
                newest = isSame ? position &+ 1 : newest
                place = place &+ 1 == room ? 0 : place &+ 1
            }
            return (inWeek, newest)
        }
    }

    /// The plain twin of `keptRecurrences`, for histories that keep no columns.
    private func recurrences(of value: UInt32, column: Int, length: Int, recent: Int) -> (inWeek: Int, newest: Int) {
        guard length > 0 else { return (0, 0) }
        return memory.read { memory in
            var (inWeek, newest) = (0, 0)
            for position in 0..<length where memory.raw(slot(of: count - length + position))[column] == value {
                inWeek += position >= recent ? 1 : 0
                newest = position + 1
            }
            return (inWeek, newest)
        }
    }
}
