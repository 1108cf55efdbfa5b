import Kafka
import Transactions

@testable import Pipeline

/// Made-up inputs.
enum Feeds {
    static let labels = TopicPartition(topic: "labels", partition: 0)
    /// 2026-01-05T00:00:00Z.
    static let start: Int64 = 1_767_571_200_000

    static func input(_ partition: Int32) -> TopicPartition {
        TopicPartition(topic: "transactions", partition: partition)
    }

    static func transaction(
        _ id: String, user: String = "u1", at milliseconds: Int64 = 0, amount: Double = 10, terminal: String? = "t1"
    ) -> Transaction {
        Transaction(
            id: id, user: user, time: EventTime(milliseconds: start + milliseconds), amount: amount,
            entities: [terminal], features: [.text(amount > 50 ? "shop" : "fuel")])
    }

    static func events(_ transactions: [Transaction], from offset: Int64 = 0) -> [IncomingEvent] {
        transactions.enumerated().map {
            IncomingEvent(offset: offset + Int64($0.offset), payload: .transaction($0.element))
        }
    }

    static func fault(at offset: Int64, _ bytes: [UInt8]? = nil) -> IncomingEvent {
        IncomingEvent(
            offset: offset,
            payload: .fault(
                EventFault(.malformed, "made up"), original: OriginalRecord(key: [7], value: bytes, timestamp: 5)))
    }

    /// Users, terminals and their labels over some hours, cut into partitions by user. Events of a partition stand in
    /// the order of their times; with `disorder` there are late ones, duplicates, faults and gaps as well. More events than one pass of the processor takes.
    static func population(
        seed: UInt64, count: Int = 1000, partitions: Int32, disorder: Bool
    ) -> [TopicPartition: [IncomingEvent]] {
        var random = SeededGenerator(seed: seed)
        // The cutting must not change what is drawn: its own generator.
        var spoiler = SeededGenerator(seed: seed &+ 1)
        var feeds: [TopicPartition: [IncomingEvent]] = [:]
        var recent: [Int: Transaction] = [:]
        var labels: [Label] = []
        for number in 0..<count {
            let user = Int.random(in: 0..<12, using: &random)
            let time = Int64(number) * 48 * 3_600_000 / Int64(count)
            var transaction = transaction(
                "x\(number)", user: "u\(user)", at: time, amount: Double.random(in: 1..<100, using: &random),
                terminal: "t\(Int.random(in: 0..<5, using: &random))")
            labels.append(
                Label(
                    transactionID: transaction.id, user: transaction.user, fraud: Bool.random(using: &random),
                    knownAt: transaction.time.advanced(byMilliseconds: 2_000_000), entities: transaction.entities))
            let input = input(Int32(user) % partitions)
            var offset = (feeds[input]?.last?.offset ?? -1) + 1
            if disorder {
                switch Int.random(in: 0..<12, using: &spoiler) {
                case 0: transaction.time = transaction.time.advanced(byMilliseconds: -7_000_000)
                case 1: transaction = recent[user] ?? transaction
                case 2: feeds[input, default: []].append(fault(at: offset))
                case 3: offset += 3
                default: break
                }
                offset = max(offset, (feeds[input]?.last?.offset ?? -1) + 1)
            }
            recent[user] = transaction
            feeds[input, default: []].append(IncomingEvent(offset: offset, payload: .transaction(transaction)))
        }
        feeds[Self.labels] = labels.enumerated().map {
            IncomingEvent(offset: Int64($0.offset), payload: .label($0.element))
        }
        return feeds
    }

    /// The feeds cut into batches at random and mixed at random, each input's order kept.
    static func shuffled(
        _ feeds: [TopicPartition: [IncomingEvent]], seed: UInt64
    ) -> [(input: TopicPartition, events: [IncomingEvent], isLast: Bool)] {
        var random = SeededGenerator(seed: seed)
        var rest = feeds.mapValues { $0[...] }
        var batches: [(input: TopicPartition, events: [IncomingEvent], isLast: Bool)] = []
        while let input = rest.keys.sorted().randomElement(using: &random), let events = rest[input] {
            let taken = events.prefix(Int.random(in: 1...60, using: &random))
            rest[input] = events.count > taken.count ? events.dropFirst(taken.count) : nil
            batches.append((input, Array(taken), rest[input] == nil))
        }
        return batches
    }
}
