internal import Synchronization
internal import Transactions

/// Transactions that have been decided on, on their way back to the thread that read them.
///
/// An allocator keeps memory by thread: freed by another one, each event would have the two wait for the same lock.
final class SpentTransactions: Sendable {
    private let spent = Mutex<[[Transaction]]>([])

    func put(_ transactions: [Transaction]) { spent.withLock { $0.append(transactions) } }

    /// Frees what has come since the last call.
    func free() {
        let gone = spent.withLock { spent in
            defer { spent = [] }
            return spent
        }
        withExtendedLifetime(gone) {}
    }
}
