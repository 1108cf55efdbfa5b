internal import Dispatch
internal import Synchronization
internal import Transactions

/// Reads a feed on a thread of its own, a few blocks ahead of who decides them.
final class ReplayReader: Sendable {
    /// Most events of a block; blocks also end where they would span more of event time than the ledger may run ahead.
    static let blockLimit = 8192
    /// Blocks read ahead.
    static let blocksAhead = 3

    /// What the feed has said of itself so far.
    struct Account: Sendable {
        var sources: [ReplaySource] = []
        var carriesTruth = true
        var expectedEvents: Int?
        var faults = 0
        var newest: EventTime?
        var remarks: [String] = []
    }

    private struct State {
        var blocks: [[ReplayEvent]] = []
        var account: Account?
        var fault: (any Error)?
        var isDone = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let filled = DispatchSemaphore(value: 0)
    /// Made with 0: a semaphore must not end below what it began with, and a stopped replay leaves blocks behind.
    private let room = DispatchSemaphore(value: 0)

    /// Begins to read; the feed is made on the reading thread.
    init(_ open: @escaping @Sendable () throws -> any ReplayFeed) {
        for _ in 0..<Self.blocksAhead { room.signal() }
        DispatchQueue(label: "vigil.replay.reader").async { [self] in
            do {
                try read(try open())
            } catch {
                state.withLock { $0.fault = error }
            }
            state.withLock { $0.isDone = true }
            filled.signal()
        }
    }

    /// The next block with the feed's account as of it; nil at the end.
    ///
    /// - Throws: what opening or reading the feed threw.
    func next() throws -> (events: [ReplayEvent], account: Account)? {
        filled.wait()
        let (block, account, fault) = state.withLock { state in
            (state.blocks.isEmpty ? nil : state.blocks.removeFirst(), state.account ?? Account(), state.fault)
        }
        if let block {
            room.signal()
            return (block, account)
        }
        // For whoever asks again.
        filled.signal()
        if let fault { throw fault }
        return nil
    }

    /// The feed's last word.
    var account: Account { state.withLock { $0.account ?? Account() } }

    /// Ends reading after the block being read.
    func stop() {
        state.withLock { $0.isStopped = true }
        room.signal()
    }

    private func read(_ feed: any ReplayFeed) throws {
        var account = Account(
            sources: feed.sources, carriesTruth: feed.carriesTruth, expectedEvents: feed.expectedEvents,
            remarks: feed.remarks)
        state.withLock { $0.account = account }
        var block: [ReplayEvent] = []
        func hand() -> Bool {
            room.wait()
            account.faults = feed.faults
            account.newest = feed.newest
            let isStopped = state.withLock { state in
                state.blocks.append(block)
                state.account = account
                return state.isStopped
            }
            filled.signal()
            block.removeAll(keepingCapacity: true)
            return !isStopped
        }
        block.reserveCapacity(Self.blockLimit)
        while let event = try feed.next() {
            if let first = block.first,
                block.count == Self.blockLimit
                    || event.clock.milliseconds - first.clock.milliseconds > ReplayLedger.leadMilliseconds
            {
                guard hand() else { return }
            }
            block.append(event)
        }
        _ = hand()
    }
}
