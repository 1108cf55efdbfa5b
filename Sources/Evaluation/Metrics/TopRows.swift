/// The first few rows by some order, of any number of them.
struct TopRows {
    private(set) var rows: [Int] = []
    private let limit: Int
    private let precedes: (Int, Int) -> Bool

    /// - Parameter precedes: a strict order of rows.
    init(limit: Int, by precedes: @escaping (Int, Int) -> Bool) {
        self.limit = limit
        self.precedes = precedes
    }

    /// - Complexity: O(limit), O(1) for a row that is not among the first.
    mutating func add(_ row: Int) {
        if rows.count == limit {
            guard let last = rows.last, precedes(row, last) else { return }
            rows.removeLast()
        }
        let place = rows.firstIndex { precedes(row, $0) } ?? rows.count
        rows.insert(row, at: place)
    }
}
