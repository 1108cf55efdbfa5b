internal import Synchronization
internal import Transactions

/// Transactions that have been decided on, on their way back to the thread that read them.
///
/// An allocator keeps memory by thread: freed by another one, each event would have the two wait for the same lock.
final class SpentTransactions: Sendable {
    /// Most emptied lists that are kept.
    private static let emptyLimit = 8

    private struct Lists {
        var spent: [[Transaction]] = []
        var empty: [[Transaction]] = []
    }

    private let lists = Mutex(Lists())

    /// An empty list, with room where one has come back.
    func room() -> [Transaction] { lists.withLock { $0.empty.popLast() ?? [] } }

    func put(_ transactions: [Transaction]) { lists.withLock { $0.spent.append(transactions) } }

    /// Frees what has come since the last call.
    func free() {
        var gone = lists.withLock { lists in
            defer { lists.spent = [] }
            return lists.spent
        }
        for index in gone.indices { gone[index].removeAll(keepingCapacity: true) }
        lists.withLock { lists in
            lists.empty.append(contentsOf: gone.prefix(max(0, Self.emptyLimit - lists.empty.count)))
        }
    }
}
