public import Transactions

/// Replays transactions and labels in the order of their times through the same accumulator, ledger and histories as
/// the running service, and gives each transaction's raw features.
///
/// Training, evaluation and replays of files use it, so that none of them sees what `run` would not have seen.
public struct HistoricalStream: Sendable {
    /// One transaction's place in the replay.
    public struct Step: Hashable, Sendable {
        /// A number for the user, counted from 0 in the order of first appearance.
        public var user: Int
        /// The event's time, or the user's newest when it is late.
        public var time: EventTime
        public var late: Bool
    }

    public let extractor: FeatureExtractor
    public private(set) var histories: [UserHistory] = []
    /// Events with the id of one among the user's retained tokens.
    public private(set) var duplicates = 0

    private let historyCapacity: Int
    private var entities: EntityReplay
    private var users: [Text: Int] = [:]
    /// Of the current transaction's entities.
    private var risks: [EntityRisk?]

    /// - Parameter historyCapacity: tokens kept a user, as the model that runs on them will.
    public init(extractor: FeatureExtractor, historyCapacity: Int) {
        self.extractor = extractor
        risks = Array(repeating: nil, count: extractor.entities.count)
        self.historyCapacity = historyCapacity
        entities = EntityReplay(schema: extractor.schema)
    }

    public var userCount: Int { histories.count }

    public var ledger: EntityLedger { entities.ledger }

    /// Puts a label in line for the moment it becomes known.
    ///
    /// - Complexity: O(1) when none in line is later, else O(n).
    public mutating func add(_ label: Label) { entities.add(label) }

    /// The raw features of the next transaction, which then joins its user's history; nil for a duplicate,
    /// which only counts for its entities.
    ///
    /// Transactions come in the order of their times; labels known by then count first.
    /// - Parameter raw: (`extractor.rawCount`), filled.
    public mutating func next(_ transaction: Transaction, into raw: UnsafeMutableBufferPointer<UInt32>) -> Step? {
        entities.add(transaction)
        let user = userIndex(of: transaction.user)
        let id = StableHash.identifier(transaction.id)
        guard !histories[user].contains(id: id) else {
            duplicates += 1
            return nil
        }
        let time = histories[user].effectiveTime(of: transaction.time)
        extractor.entities.read(transaction, at: time, ledger: entities.ledger, into: &risks)
        extractor.extract(transaction, history: histories[user], risks: risks, into: raw)
        let step = Step(
            user: user, time: time,
            late: histories[user].isLate(transaction.time))
        histories[user].append(
            raw: UnsafeBufferPointer(raw), time: transaction.time, id: id, amount: transaction.amount)
        return step
    }

    private mutating func userIndex(of user: String) -> Int {
        let user = Text(user)
        if let index = users[user] { return index }
        let index = histories.count
        users[user] = index
        var history = UserHistory(rawCount: extractor.rawCount, capacity: historyCapacity)
        extractor.ready(&history)
        histories.append(history)
        return index
    }
}
