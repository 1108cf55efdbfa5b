import Foundation
import Kafka
import Postgres
import Testing
import Transactions

/// `vigil run` killed with -9 in the middle of its work, and counted by PostgreSQL and the review topic.
struct ProcessorCrashTests {
    static let partitions: Int32 = 3
    private static let total = 9000  // a multiple of 4

    /// What one service works with beside the inputs: nothing of it is shared with another.
    struct Instance {
        let database: CommandDatabase
        let review: String
        let environment: [String: String]

        init(
            transactions: String, labels: String, directory: TemporaryDirectory, settings: [String: String] = [:]
        ) throws {
            database = try CommandDatabase(migrated: true)
            review = try TestBrokers.makeTopic("review", partitions: 2)
            let session = TestBrokers.external == nil ? 4000 : 6000
            environment = database.environment().merging([
                "VIGIL_KAFKA_BOOTSTRAP_SERVERS": try TestBrokers.settings().bootstrapServers,
                "VIGIL_KAFKA_GROUP": review,
                "VIGIL_KAFKA_PROPERTIES":
                    "session.timeout.ms=\(session),heartbeat.interval.ms=200,fetch.wait.max.ms=10",
                "VIGIL_TOPICS_TRANSACTIONS": transactions, "VIGIL_TOPICS_LABELS": labels, "VIGIL_TOPICS_REVIEW": review,
                "VIGIL_TOPICS_DEAD_LETTERS": try TestBrokers.makeTopic("dead", partitions: 1),
                "VIGIL_TOPICS_SEQUENCES": try TestBrokers.makeTopic("sequences", partitions: partitions),
                "VIGIL_TOPICS_ENTITIES": try TestBrokers.makeTopic("entities", partitions: 2),
                "VIGIL_MODEL_PATH": directory("model"), "VIGIL_RULES_PATH": directory("rules.yaml"),
                "VIGIL_PRIVACY_USER_IDS": "plain", "VIGIL_CONSOLE_PORT": "0",
                "VIGIL_STATE_CHECKPOINT_INTERVAL": "200ms", "VIGIL_ALIGNMENT_IDLE_GRACE": "1s",
            ]) { $1 }.merging(settings) { $1 }
        }

        func start() throws -> VigilProcess { try VigilProcess(["run"], environment: environment) }

        /// Transactions decided so far, of all partitions; or those that a checkpoint holds.
        func decided(_ topic: String, column: String = "next_offset") throws -> Int {
            let rows = try database.connect().execute(
                "SELECT coalesce(sum(\(column)), 0)::bigint AS decided FROM vigil.stream_progress WHERE topic = $1",
                [.text(topic)])
            let decided: Int64 = try #require(rows.first).value("decided")
            return Int(decided)
        }

        /// Every alert's id with its score, to the bit.
        func alerts() throws -> [String: Float] {
            var alerts: [String: Float] = [:]
            for row in try database.connect().execute("SELECT alert_id::text AS id, score FROM vigil.alerts") {
                alerts[try row.value("id")] = try row.value("score") as Float
            }
            return alerts
        }
    }

    /// Transactions `range` of a fixed sequence and their labels, in the order of their times.
    static func publish(_ range: Range<Int>, transactions: String, labels: String) throws {
        let producer = try KafkaProducer(settings: TestBrokers.settings())
        let transactionEncoder = TransactionEncoder(schema: ProcessorModel.schema)
        let labelEncoder = LabelEncoder(schema: ProcessorModel.schema)
        for number in range {
            let time = EventTime(milliseconds: 1_767_571_200_000 + Int64(number) * 40_000)
            let user = number &* 7919 % 60
            let transaction = Transaction(
                id: "x\(number)", user: "u\(user)", time: time, amount: Double(number &* 31 % 997) / 10,
                entities: ["t\(number &* 13 % 17)"], features: [.text(number % 3 == 0 ? "fuel" : "shop")])
            var value: [UInt8] = []
            transactionEncoder.append(transaction, to: &value)
            try producer.produce(
                ProducerRecord(
                    topic: transactions, partition: Int32(user) % partitions, key: Array(transaction.user.utf8),
                    value: value, timestampMilliseconds: time.milliseconds))
            value.removeAll()
            labelEncoder.append(
                Label(
                    transactionID: transaction.id, user: transaction.user, fraud: number % 5 == 0, knownAt: time,
                    entities: transaction.entities), to: &value)
            try producer.produce(
                ProducerRecord(topic: labels, value: value, timestampMilliseconds: time.milliseconds))
        }
        var reports: [DeliveryReport] = []
        try producer.flush(into: &reports, timeoutMilliseconds: 20_000)
        #expect(reports.allSatisfy { $0.error == nil })
    }

    @Test func killedTwiceItDecidesWhatItWouldHaveDecided() async throws {
        let directory = try TemporaryDirectory()
        try ProcessorModel.save(to: directory("model"))
        _ = try directory.write(
            "rules:\n  - id: high\n    when: tx.amount > 60.0\n    action: review\n", to: "rules.yaml")
        let transactions = try TestBrokers.makeTopic("transactions", partitions: Self.partitions)
        let labels = try TestBrokers.makeTopic("labels", partitions: 1)
        // In quarters, so that there is always more to come when a processor is killed, however slow the machine.
        let quarter = Self.total / 4
        var published = 0
        func publishQuarter() throws {
            try Self.publish(published..<(published + quarter), transactions: transactions, labels: labels)
            published += quarter
        }
        try publishQuarter()
        func instance() throws -> Instance {
            try Instance(transactions: transactions, labels: labels, directory: directory)
        }

        let (calm, shaken) = (try instance(), try instance())
        let undisturbed = try calm.start()
        var decided = 0
        for _ in 0..<2 {
            let victim = try shaken.start()
            defer { kill(victim.process.processIdentifier, SIGKILL) }
            // Not before there is a checkpoint to restore from, and something after it.
            try await eventually("a checkpoint") {
                try shaken.decided(transactions, column: "restore_offset") > decided
            }
            decided = try shaken.decided(transactions)
            try publishQuarter()
            kill(victim.process.processIdentifier, SIGKILL)
            _ = try await victim.outcome()
        }
        #expect(decided > 0)
        try publishQuarter()
        let last = try shaken.start()
        for (instance, process) in [(calm, undisturbed), (shaken, last)] {
            defer { kill(process.process.processIdentifier, SIGTERM) }
            try await eventually("all decided") { try instance.decided(transactions) == Self.total }
        }
        for process in [undisturbed, last] {
            let outcome = try await process.outcome()
            #expect(outcome.status == 0, "\(outcome.errors.suffix(2000))")
        }

        let alerts = try calm.alerts()
        #expect(alerts.count > 2000 && Set(alerts.values).count > 1000)
        #expect(try shaken.alerts() == alerts)
        for instance in [calm, shaken] {
            let ids = try TestBrokers.readAll(instance.review).values.flatMap(\.self).map(Self.alertID)
            #expect(Set(ids) == Set(alerts.keys))
            let odd = try instance.database.connect().execute(
                """
                SELECT 1 FROM vigil.stream_progress WHERE unaccounted <> 0 OR dead_lettered <> 0 OR duplicates <> 0
                UNION ALL SELECT 1 FROM vigil.alerts WHERE published_at IS NULL
                """)
            #expect(odd.isEmpty)
        }
    }

    private static func alertID(_ message: ReadMessage) throws -> String {
        try JSONDecoder().decode(ReviewEvent.self, from: Data(message.value)).alertID
    }
}
