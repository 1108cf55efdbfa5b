internal import Scoring

/// Rows brought together by a number each has, those of one number in their own order: a counting sort.
struct RowGroups {
    /// Group by group.
    let rows: Column<UInt32>
    /// (groups + 1) where each group begins in `rows`.
    let starts: [Int]

    /// - Parameters:
    ///   - count: rows that are looked at, from 0.
    ///   - groups: one more than the highest number.
    ///   - group: a row's number; nil leaves it out. Asked twice.
    init(count: Int, groups: Int, of group: (Int) -> Int?) {
        var starts = [Int](repeating: 0, count: groups + 1)
        for row in 0..<count { if let group = group(row) { starts[group + 1] += 1 } }
        for group in 0..<groups { starts[group + 1] += starts[group] }
        var next = starts
        var rows = Column<UInt32>(repeating: 0, count: starts[groups])
        rows.withUnsafeMutableBufferPointer { rows in
            for row in 0..<count {
                guard let group = group(row) else { continue }
                rows[next[group]] = UInt32(truncatingIfNeeded: row)
                next[group] += 1
            }
        }
        self.rows = rows
        self.starts = starts
    }

    var groups: Range<Int> { 0..<starts.count - 1 }

    subscript(group: Int) -> Slice<Column<UInt32>> { rows[starts[group]..<starts[group + 1]] }
}
