internal import Scoring
internal import Sequences
internal import Transactions

/// What labels said of transactions, in the order they were heard.
struct ReplayLabels {
    /// (labels) `StableHash.identifier` of the transaction's id.
    private var ids = Column<UInt64>()
    private var frauds = Column<Bool>()
    private let partBits: Int

    /// - Parameter partBits: so many labels, as a power of two, are looked up at a time: a table of any length takes the
    ///   memory of so many.
    init(partBits: Int = 19) {
        self.partBits = partBits
    }

    mutating func add(_ label: Label) {
        ids.append(StableHash.identifier(label.transactionID))
        frauds.append(label.fraud)
    }

    /// (rows) what was last said of each: 1 fraud, 0 legitimate, −1 where nobody said. Where only frauds are reported,
    /// silence means that it was none.
    ///
    /// - Parameter rows: `StableHash.identifier` of the rows' ids.
    func truths(of rows: Column<UInt64>) -> Column<Int8> {
        var truths = Column<Int8>(repeating: -1, count: rows.count)
        guard !ids.isEmpty else { return truths }
        var bits: UInt64 = 0
        while ids.count >> (Int(bits) + partBits) > 0 { bits += 1 }
        // Hashes are even: parts are of about one size.
        func part(_ id: UInt64) -> Int { bits == 0 ? 0 : Int(id >> (64 - bits)) }
        let labels = RowGroups(count: ids.count, groups: 1 << bits) { part(ids[$0]) }
        let wanted = RowGroups(count: rows.count, groups: 1 << bits) { part(rows[$0]) }
        var isSilenceGood = true
        for part in labels.groups {
            var last: [UInt64: Bool] = [:]
            for label in labels[part] { last[ids[Int(label)]] = frauds[Int(label)] }
            isSilenceGood = isSilenceGood && last.values.allSatisfy { $0 }
            for row in wanted[part] {
                if let fraud = last[rows[Int(row)]] { truths[Int(row)] = fraud ? 1 : 0 }
            }
        }
        if isSilenceGood { for row in truths.indices where truths[row] < 0 { truths[row] = 0 } }
        return truths
    }
}
