internal import Kafka
internal import Logging
internal import Rules
internal import Scoring
internal import Sequences
public import Transactions

/// Scores one alert again from its record, with the user's history and the entities as they were.
public struct AlertCheck {
    /// What an alert's row says was decided.
    public struct Stored: Sendable {
        public var source: SourceCoordinates
        public var modelScore: Float
        public var score: Float
        public var disposition: Disposition
        public var decidedBy: String?
        public var rules: [String]

        public init(
            source: SourceCoordinates, modelScore: Float, score: Float, disposition: Disposition, decidedBy: String?,
            rules: [String]
        ) {
            self.source = source
            self.modelScore = modelScore
            self.score = score
            self.disposition = disposition
            self.decidedBy = decidedBy
            self.rules = rules
        }
    }

    /// What scoring it again gave.
    public struct Answer: Sendable {
        public var decision: Decision
        /// What is not as stored, in words; empty where all matches bit for bit.
        public var differences: [String]
        /// What limits the answer, such as records that the topic no longer has.
        public var remarks: [String]

        public var matches: Bool { differences.isEmpty }
    }

    private let input: KafkaReplayInput
    private let entrant: ReplayEntrant

    /// - Parameters:
    ///   - input: the topics that `run` reads.
    ///   - entrant: the model and the rules that the alert was decided with.
    public init(_ input: KafkaReplayInput, entrant: ReplayEntrant) {
        self.input = input
        self.entrant = entrant
    }

    /// Reads the topics from their beginning up to the record.
    ///
    /// - Throws: `ReplayFault` where the record is gone or is no transaction, `KafkaError`, what makes scoring impossible.
    public func run(_ stored: Stored, progress: (ReplayProgress) -> Void = { _ in }) throws -> Answer {
        let transaction = try record(stored.source)
        var options = ReplayOptions(labelDelayMilliseconds: entrant.model.encoder.schema.labelDelayMilliseconds)
        options.workers = 1
        options.explains = true
        if entrant.rules.breakers.isEmpty {
            options.onlyUser = transaction.user
        } else {
            // What breakers hold depends on all that was decided that day.
            options.from = transaction.time.startOfDay
        }
        options.target = stored.source
        var input = input
        input.transactions = stored.source.topic
        let engine = try ReplayEngine([entrant], options: options)
        let result = try engine.run(.kafka(input), progress: progress)
        guard let outcome = result.target else {
            throw ReplayFault(
                "\(stored.source.topic)[\(stored.source.partition)]@\(stored.source.offset) was not reached")
        }
        guard case .scored(let decision, _) = outcome else {
            throw ReplayFault("the record is a duplicate of an earlier one, so it has no score")
        }
        return Answer(decision: decision, differences: Self.differences(decision, stored), remarks: result.remarks)
    }

    private static func differences(_ decision: Decision, _ stored: Stored) -> [String] {
        var differences: [String] = []
        func compare(_ what: String, _ now: some Equatable, _ then: some Equatable, _ isEqual: Bool) {
            if !isEqual { differences.append("\(what): \(now), the alert has \(then)") }
        }
        compare(
            "model score", decision.modelScore, stored.modelScore,
            decision.modelScore.bitPattern == stored.modelScore.bitPattern)
        compare("score", decision.score, stored.score, decision.score.bitPattern == stored.score.bitPattern)
        compare(
            "decision", decision.disposition.rawValue, stored.disposition.rawValue,
            decision.disposition == stored.disposition)
        compare(
            "decided by", decision.decidedBy ?? "the score", stored.decidedBy ?? "the score",
            decision.decidedBy == stored.decidedBy)
        let rules = decision.hits.map(\.rule)
        compare("rules", rules, stored.rules, rules == stored.rules)
        return differences
    }

    /// The transaction at the coordinates.
    private func record(_ source: SourceCoordinates) throws -> Transaction {
        let place = "\(source.topic)[\(source.partition)]@\(source.offset)"
        let partition = TopicPartition(topic: source.topic, partition: source.partition)
        let quiet = Logger(label: "vigil.replay") { _ in SwiftLogNoOpLogHandler() }
        let consumer = try KafkaConsumer(settings: input.kafka, logger: quiet)
        defer { try? consumer.close() }
        guard try consumer.partitions(of: source.topic, timeoutMilliseconds: 10_000).contains(partition) else {
            throw ReplayFault("\(place): the topic has no such partition")
        }
        let kept = try consumer.watermarks(of: partition, timeoutMilliseconds: 10_000)
        guard kept.contains(source.offset) else {
            throw ReplayFault(
                "\(place): the topic no longer has it; it holds offsets \(kept.lowerBound) to \(kept.upperBound - 1)")
        }
        let reader = try KafkaPartitionReader(settings: input.kafka, partitions: 1, logger: quiet)
        try reader.start(partition, at: source.offset)
        let decoder = ReplayDecoder(schema: entrant.model.encoder.schema, input: input)
        for _ in 0..<50 {
            let batch = try reader.read(partition, maximum: 1, timeoutMilliseconds: 200)
            guard let message = batch.first else {
                if batch.endsOfPartitions[partition] != nil { break }
                continue
            }
            guard message.offset == source.offset else { break }
            guard case .transaction(let transaction, _) = decoder.decode(message, isLabel: false) else {
                throw ReplayFault("\(place): the record is no transaction of the model's schema")
            }
            return transaction
        }
        throw ReplayFault("\(place): the topic no longer has the record")
    }
}
