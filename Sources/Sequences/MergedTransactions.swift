package import Transactions

/// Several sources of transactions as one, the earliest next transaction first.
package struct MergedTransactions {
    private var sources: [any LabelledTransactionSource]
    /// Each source's next transaction.
    private var heads: [LabelledTransaction?]
    private var sorted: [LabelledTransaction].Iterator?

    /// Merges sources that are each in the order of time.
    package init(_ sources: [any LabelledTransactionSource]) throws(DataFileError) {
        self.sources = sources
        heads = []
        for index in sources.indices { heads.append(try self.sources[index].next()) }
    }

    /// Reads all sources whole and sorts them by time, stably.
    package init(sorting sources: [any LabelledTransactionSource]) throws(DataFileError) {
        var items: [LabelledTransaction] = []
        for var source in sources {
            while let item = try source.next() { items.append(item) }
        }
        let order = items.indices.sorted { (items[$0].transaction.time, $0) < (items[$1].transaction.time, $1) }
        self.sources = []
        heads = []
        sorted = order.map { items[$0] }.makeIterator()
    }

    package mutating func next() throws(DataFileError) -> LabelledTransaction? {
        if sorted != nil { return sorted?.next() }
        var earliest: Int?
        for index in heads.indices {
            guard let time = heads[index]?.transaction.time else { continue }
            if let best = earliest.flatMap({ heads[$0]?.transaction.time }), best <= time { continue }
            earliest = index
        }
        guard let earliest else { return nil }
        let item = heads[earliest]
        heads[earliest] = try sources[earliest].next()
        return item
    }
}
