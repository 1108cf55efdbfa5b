internal import Sequences
internal import Transactions

/// What conditions will see of the users and entities of a batch's events, each as it was when its event was taken in.
///
/// Kept from batch to batch, so that a steady stream allocates nothing.
public struct RuleObservations {
    /// Where what was seen of one event stands.
    public struct Row: Sendable {
        /// The event's effective time.
        let time: EventTime
        /// Where its values begin, and its entities' risks.
        let values: Int
        let risks: Int

        public static let none = Row(time: EventTime(milliseconds: 0), values: 0, risks: 0)
    }

    /// Those of rows no longer held stay behind `end` and are written over.
    private var values: [ObservedValue] = []
    /// Where the next row begins.
    private(set) var end = 0
    /// Those that values stand for; apart, so that values can be put down and read without counting references.
    var texts: [String] = []
    /// Nil for an entity that the event does not name.
    private(set) var risks: [EntityRisk?] = []

    public init() {}

    /// Makes room for the next batch.
    public mutating func removeAll() {
        end = 0
        risks.removeAll(keepingCapacity: true)
        if !texts.isEmpty { texts.removeAll(keepingCapacity: true) }
    }

    /// Begins a row.
    @inline(__always)
    mutating func openRow(at time: EventTime, risks known: [EntityRisk?]) -> Row {
        let row = Row(time: time, values: end, risks: risks.count)
        for place in known.indices { risks.append(known[place]) }
        return row
    }

    /// Ends the row with so many values, which `fill` puts in their places, all of them.
    @inline(__always)
    mutating func fillRow(_ count: Int, _ fill: (UnsafeMutableBufferPointer<ObservedValue>) -> Void) {
        let row = end..<end + count
        end = row.upperBound
        if values.count < end { values.append(contentsOf: repeatElement(.absent, count: end - values.count)) }
        values.withUnsafeMutableBufferPointer { fill(UnsafeMutableBufferPointer(rebasing: $0[row])) }
    }

    /// The value at a place as conditions see it.
    func value(at place: Int) -> Value { values[place].value(texts) }

    /// Lends the values from a row's beginning on.
    @inline(__always)
    func withRow(at place: Int, _ body: (UnsafeBufferPointer<ObservedValue>) -> Void) {
        values.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[place...])) }
    }
}
