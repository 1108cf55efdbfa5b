import Kafka
import Transactions

/// What a round publishes: numbered transactions and their labels in order of time, with the truth about each.
struct Feed {
    /// A transaction of this amount is an alert by rule, and no other is.
    static let markedAmount = 777.0
    static let rules = """
        rules:
          - id: marked
            when: tx.amount == 777.0
            action: review
            priority: 20
          - id: everything-else
            when: "true"
            action: allow
            priority: 10
        """
    static let partitions: Int32 = 6
    private static let start: Int64 = 1_767_571_200_000
    private static let users = 240

    /// One record of an input topic.
    struct Record {
        var topic: String
        var partition: Int32
        var key: [UInt8]
        var value: [UInt8]
        var time: Int64
    }

    /// In order of event time.
    private(set) var records: [Record] = []
    /// Identifiers of the transactions that must become alerts, each once.
    private(set) var expected: Set<String> = []
    /// Records that repeat a transaction.
    private(set) var repeats = 0
    /// Records that no decoder takes.
    private(set) var broken = 0

    /// - Parameters:
    ///   - transactions: how many, before repeats and broken records.
    ///   - days: the event time they spread over.
    init(seed: UInt64, transactions count: Int, days: Int) {
        var random = SeededGenerator(seed: seed)
        let schema = TransactionSchema.demo
        let (transactions, labels) = (TransactionEncoder(schema: schema), LabelEncoder(schema: schema))
        let span = Int64(days) * EventTime.millisecondsPerDay
        for number in 0..<count {
            let time = Self.start + span * Int64(number) / Int64(count)
            let transaction = Self.transaction(number, time, &random)
            if transaction.amount == Self.markedAmount { expected.insert(transaction.id) }
            var value: [UInt8] = []
            transactions.append(transaction, to: &value)
            let record = Record(
                topic: "transactions", partition: Self.partition(of: transaction.user),
                key: Array(transaction.user.utf8),
                value: value, time: time)
            records.append(record)
            if Int.random(in: 0..<40, using: &random) == 0 {
                records.append(record)
                repeats += 1
            }
            if Int.random(in: 0..<200, using: &random) == 0 {
                var damaged = record
                damaged.value.removeLast(Int.random(in: 1..<value.count, using: &random))
                records.append(damaged)
                broken += 1
            }
            let known = time + schema.labelDelayMilliseconds
            guard known < Self.start + span else { continue }
            value.removeAll()
            // Whole terminals go bad, so that the model has something to learn from what is known of them.
            labels.append(
                Label(
                    transactionID: transaction.id, user: transaction.user, fraud: number % 7 == 0,
                    knownAt: EventTime(milliseconds: known), transactionTime: transaction.time,
                    amount: transaction.amount, entities: transaction.entities), to: &value)
            records.append(
                Record(topic: "labels", partition: record.partition, key: record.key, value: value, time: known))
        }
        records.sort { $0.time < $1.time }
        close(at: Self.start + span + 2 * EventTime.millisecondsPerHour, transactions, labels)
    }

    private static func transaction(_ number: Int, _ time: Int64, _ random: inout SeededGenerator) -> Transaction {
        let user = Int.random(in: 0..<users, using: &random)
        let isMarked = Int.random(in: 0..<12, using: &random) == 0
        // One in twenty comes late: older than what its user may have done before.
        let lateness = Int.random(in: 0..<20, using: &random) == 0 ? Int64.random(in: 0..<3_000_000, using: &random) : 0
        return Transaction(
            id: "n\(number)", user: "user-\(user)", time: EventTime(milliseconds: time - lateness),
            amount: isMarked ? markedAmount : Double(Int.random(in: 100..<30_000, using: &random)) / 100,
            entities: [
                "terminal-\(Int.random(in: 0..<24, using: &random))", "merchant-\(user % 9)",
                "device-\(user)-\(Int.random(in: 0..<2, using: &random))",
            ],
            features: [
                .text(["grocery", "fuel", "cash", "travel"][Int.random(in: 0..<4, using: &random)]),
                .text(["chip", "online"][Int.random(in: 0..<2, using: &random)]), .text("DE"),
                .number(Double(Int.random(in: 0..<800, using: &random))),
            ])
    }

    private static func partition(of user: String) -> Int32 {
        var hash: UInt32 = 2_166_136_261
        for byte in user.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int32(hash % UInt32(partitions))
    }

    /// One last event in every partition, in one bucket: after it nobody waits for anybody.
    private mutating func close(at time: Int64, _ transactions: TransactionEncoder, _ labels: LabelEncoder) {
        for partition in 0..<Self.partitions {
            let moment = EventTime(milliseconds: time)
            let last = Transaction(
                id: "last-\(partition)", user: "last-\(partition)", time: moment, amount: 1,
                entities: [nil, nil, nil], features: [.missing, .missing, .missing, .missing])
            var value: [UInt8] = []
            transactions.append(last, to: &value)
            let key = Array(last.user.utf8)
            records.append(Record(topic: "transactions", partition: partition, key: key, value: value, time: time))
            value.removeAll()
            labels.append(
                Label(
                    transactionID: last.id, user: last.user, fraud: false, knownAt: moment,
                    entities: last.entities), to: &value)
            records.append(Record(topic: "labels", partition: partition, key: key, value: value, time: time))
        }
    }

    /// Whole buckets of event time, which are published one after the other.
    var hours: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var first = 0
        for index in records.indices.dropFirst()
        where records[index].time / EventTime.millisecondsPerHour != records[first].time / EventTime.millisecondsPerHour
        {
            ranges.append(first..<index)
            first = index
        }
        ranges.append(first..<records.count)
        return ranges
    }
}
