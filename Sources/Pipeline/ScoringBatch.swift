internal import Dispatch
internal import Scoring
internal import Sequences
internal import Transactions

/// Requests that are decided on together, by as many scorers as the group has, each its own users'.
///
/// `@unchecked Sendable`: between `ScoringCrew.start` and `finish` each part is its scorer's alone, and nobody adds any;
/// before and after, all is the processor's thread's; `left` changes under the crew's lock only.
final class ScoringBatch: @unchecked Sendable {
    /// Where a request comes from: places and numbers, so that nothing is counted for an event.
    struct Source {
        /// In the processor's order.
        var worker: Int
        var offset: Int64
        /// In the worker's users.
        var user: Int
    }

    /// What one scorer decides on.
    final class Part {
        var requests: [Scorer.Request] = []
        /// One a request, unless there is a failure.
        var outcomes: [Scorer.Outcome] = []
        var failure: (any Error)?
        /// Processor time that deciding took.
        var nanoseconds: UInt64 = 0
    }

    let parts: [Part]
    /// In the order of their events, and which part each is in.
    private(set) var sources: [Source] = []
    private var partOfSource: [Int] = []
    /// Events taken off the inputs with it, requests or not.
    var taken = 0
    /// Parts that are not decided on yet; the crew's.
    var left = 0
    /// When it began to be decided on, and when it was.
    private(set) var (started, ended): (UInt64, UInt64) = (0, 0)

    private let scorer: ScorerGroup
    private var ledger: EntityLedger?

    init(_ scorer: ScorerGroup) {
        self.scorer = scorer
        parts = (0..<scorer.threads).map { _ in Part() }
    }

    var count: Int { sources.count }

    func append(_ request: consuming Scorer.Request, _ source: Source) {
        let part = request.user.scorer
        partOfSource.append(part)
        sources.append(source)
        parts[part].requests.append(request)
    }

    /// What the batch is decided with, until all its parts are.
    func begin(_ ledger: EntityLedger) {
        self.ledger = ledger
        started = DispatchTime.now().uptimeNanoseconds
    }

    /// Decides on one part; on any thread, but for one scorer after the other.
    func decide(_ number: Int) {
        guard let ledger else { return }
        let part = parts[number]
        let started = ThreadTime.nanoseconds()
        defer { part.nanoseconds = ThreadTime.nanoseconds() - started }
        do {
            try scorer.score(part.requests, by: number, ledger: ledger, into: &part.outcomes)
        } catch {
            part.failure = error
        }
    }

    /// Decides on the calling thread alone.
    func decideAll() {
        for (number, part) in parts.enumerated() where !part.requests.isEmpty { decide(number) }
        end()
    }

    /// Lets go of the ledger, or the owner's next change would copy it.
    func end() {
        ledger = nil
        ended = DispatchTime.now().uptimeNanoseconds
    }

    /// Calls `body` for each request in the order of their events, with its part and its place there: a request handed over
    /// whole would be copied.
    func forEach(_ body: (_ part: Part, _ index: Int, _ source: Source) -> Void) {
        var next = [Int](repeating: 0, count: parts.count)
        for (source, part) in zip(sources, partOfSource) {
            body(parts[part], next[part], source)
            next[part] += 1
        }
    }

    /// Makes room for other requests; the transactions of these go to `transactions`.
    func clear(into transactions: inout [Transaction]) {
        transactions.reserveCapacity(count)
        for part in parts {
            for index in part.requests.indices {
                // Moved, not copied: nothing is counted.
                var transaction = Self.noTransaction
                swap(&transaction, &part.requests[index].transaction)
                transactions.append(transaction)
            }
            part.requests.removeAll(keepingCapacity: true)
            part.outcomes.removeAll(keepingCapacity: true)
            (part.failure, part.nanoseconds) = (nil, 0)
        }
        sources.removeAll(keepingCapacity: true)
        partOfSource.removeAll(keepingCapacity: true)
        taken = 0
    }

    private static let noTransaction = Transaction(id: "", user: "", time: EventTime(milliseconds: 0), amount: 0)
}
