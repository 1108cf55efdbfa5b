package import Transactions

/// Where a replay's events come from: transactions and labels merged by time.
///
/// Owned by the thread that reads. What is late within its source comes at its source's clock, as in `run`.
package protocol ReplayFeed: AnyObject {
    /// The inputs by number; those of transactions and of labels each count entities on their own, as partitions do.
    var sources: [ReplaySource] { get }
    /// Whether transactions bring their truth; else the labels do.
    var carriesTruth: Bool { get }
    /// How many events there are, where that is known before they are read.
    var expectedEvents: Int? { get }
    /// What could not be read as an event, and was passed over.
    var faults: Int { get }
    /// The newest moment of the data that was read.
    var newest: EventTime? { get }
    /// What the reader ought to know of the data, such as records that are gone.
    var remarks: [String] { get }

    /// The next event; nil at the end.
    func next() throws -> ReplayEvent?
}

/// A transaction stands before the one read before it: the input must be sorted first.
struct ReplayOrderFault: Error {}
