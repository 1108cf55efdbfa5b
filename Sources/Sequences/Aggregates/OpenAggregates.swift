internal import Transactions

/// What aggregates keyed by entities gained in a bucket still open, changed in place: reaching into a dictionary's element
/// allocates, and every event comes here.
struct OpenAggregates: Sendable {
    private var places: [AggregateKey: Int] = [:]
    private var entries: [(key: AggregateKey, partial: AggregatePartial)] = []

    init(_ partials: [AggregateKey: AggregatePartial] = [:]) {
        for (key, partial) in partials { append(partial, key) }
    }

    /// - Complexity: O(entries).
    var dictionary: [AggregateKey: AggregatePartial] { Dictionary(uniqueKeysWithValues: entries.lazy.map { ($0, $1) }) }

    /// - Complexity: O(1), without allocation where the key is known.
    mutating func add(_ contribution: AggregateContribution, to key: AggregateKey, at time: EventTime) {
        if let place = places[key] {
            entries[place].partial.add(contribution, at: time)
        } else {
            append(AggregatePartial(contribution, at: time), key)
        }
    }

    /// Takes out the aggregates that are not kept, by their ids.
    mutating func keep(_ isKept: (UInt64) -> Bool) {
        self = OpenAggregates(dictionary.filter { isKept($0.key.aggregate) })
    }

    private mutating func append(_ partial: AggregatePartial, _ key: AggregateKey) {
        places[key] = entries.count
        entries.append((key, partial))
    }
}
