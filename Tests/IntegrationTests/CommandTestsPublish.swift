import Foundation
import Kafka
import Testing
import Transactions

/// From `simulate` through `publish` to what a consumer reads.
@Suite struct CommandTestsPublish {
    private let directory: TemporaryDirectory
    private let schema: String
    private let partitions: Int32 = 4

    init() throws {
        directory = try TemporaryDirectory()
        schema = ProjectFiles.path("Schemas/examples/demo.yaml")
    }

    private func simulate(_ name: String, users: Int = 40, days: Int = 12) async throws -> String {
        let outcome = try await VigilProcess.run(
            "simulate", "--out", directory(name), "--users", "\(users)", "--days", "\(days)", "--seed", "7", "--start",
            "2024-03-01", "--fraud-scale", "10", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.json()["transactions"] as? Int == truths(directory(name)).count)
        return directory(name)
    }

    private func truths(_ path: String) throws -> [LabelledTransaction] {
        var items: [LabelledTransaction] = []
        try TransactionFile(path: path, schema: .demo).forEach { items.append($0) }
        return items
    }

    @Test func publishedEventsAreTheFilesInOrderOfTime() async throws {
        let file = try await simulate("all.csv")
        let transactions = try TestBrokers.makeTopic("transactions", partitions: partitions)
        let labels = try TestBrokers.makeTopic("labels", partitions: partitions)
        let outcome = try await VigilProcess.run(
            "publish", "--data", file, "--schema", schema, "--topic", transactions, "--labels-topic", labels,
            "--label-delay", "3d", "--brokers", try TestBrokers.settings().bootstrapServers, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let expected = try truths(file)
        #expect(try outcome.json()["transactions"] as? Int == expected.count)
        #expect(try outcome.json()["labels"] as? Int == expected.count)
        #expect(expected.contains { $0.isFraud == true })

        let byID = Dictionary(uniqueKeysWithValues: expected.map { ($0.transaction.id, $0) })
        let decoder = TransactionDecoder(schema: .demo)
        var partitionOfUser: [String: Int32] = [:]
        var seen: Set<String> = []
        for (partition, messages) in try TestBrokers.readAll(transactions) {
            expectRising(messages)
            for message in messages {
                let transaction = try decoder.decode(message.value, messageTimestamp: nil)
                #expect(transaction == byID[transaction.id]?.transaction)
                #expect(message.key == transaction.user)
                #expect(message.timestamp == transaction.time.milliseconds)
                partitionOfUser[transaction.user] = partition
                seen.insert(transaction.id)
            }
        }
        #expect(seen.count == expected.count)

        let labelDecoder = LabelDecoder(schema: .demo)
        var labelled: Set<String> = []
        for (partition, messages) in try TestBrokers.readAll(labels) {
            expectRising(messages)
            for message in messages {
                let label = try labelDecoder.decode(message.value, messageTimestamp: nil)
                let truth = try #require(byID[label.transactionID])
                #expect(label.fraud == truth.isFraud)
                #expect(label.entities == truth.transaction.entities)
                #expect(label.knownAt == truth.transaction.time.advanced(byMilliseconds: 3 * 86_400_000))
                #expect(message.timestamp == label.knownAt.milliseconds)
                #expect(message.key == label.user)
                #expect(partition == partitionOfUser[label.user])
                labelled.insert(label.transactionID)
            }
        }
        #expect(labelled.count == expected.count)
    }

    @Test func aSpanTakesItsLastDayWholeAndItsLabelsAlong() async throws {
        let file = try await simulate("span.jsonl")
        let transactions = try TestBrokers.makeTopic("transactions", partitions: 1)
        let labels = try TestBrokers.makeTopic("labels", partitions: 1)
        let outcome = try await VigilProcess.run(
            "publish", "--data", file, "--schema", schema, "--topic", transactions, "--labels-topic", labels,
            "--labels", "fraud", "--from", "2024-03-05", "--to", "2024-03-06", "--brokers",
            try TestBrokers.settings().bootstrapServers, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let chosen = try truths(file).filter {
            ["2024-03-05", "2024-03-06"].contains($0.transaction.time.iso8601.prefix(10))
        }
        #expect(chosen.count > 0)
        #expect(try outcome.json()["transactions"] as? Int == chosen.count)
        #expect(try outcome.json()["labels"] as? Int == chosen.count { $0.isFraud == true })
        let written = try TestBrokers.readAll(labels).values.flatMap(\.self)
        #expect(written.count == chosen.count { $0.isFraud == true })
    }

    @Test func theRateIsKept() async throws {
        let file = try await simulate("rate.csv", users: 20, days: 2)
        let topic = try TestBrokers.makeTopic("transactions", partitions: 1)
        let count = try truths(file).count
        let outcome = try await VigilProcess.run(
            "publish", "--data", file, "--schema", schema, "--topic", topic, "--rate", "\(count)/s", "--brokers",
            try TestBrokers.settings().bootstrapServers, "--json")
        let seconds = try #require(try outcome.json()["seconds"] as? Double)
        // The last of n events at n a second is due after 1 - 1/n seconds.
        #expect(seconds > 0.99 * (1 - 1 / Double(count)))
        #expect(seconds < 3)
    }

    @Test func nothingIsSentWhereATopicIsMissing() async throws {
        let file = try await simulate("missing.csv", users: 5, days: 2)
        let topic = try TestBrokers.makeTopic("transactions", partitions: 1)
        let brokers = try TestBrokers.settings().bootstrapServers
        let outcome = try await VigilProcess.run(
            "publish", "--data", file, "--schema", schema, "--topic", topic, "--labels-topic", topic + "s", "--brokers",
            brokers)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("topic '\(topic)s' does not exist"))
        #expect(outcome.errors.contains("did you mean"))
        #expect(try TestBrokers.readAll(topic).isEmpty)
        let known = try KafkaAdmin(settings: TestBrokers.settings()).describeCluster(timeoutMilliseconds: 5000).topics
        #expect(!known.contains { $0.name == topic + "s" })
    }

    @Test func aFileOutOfOrderIsNamedWithItsLineAndSortedOnRequest() async throws {
        let file = try directory.write(
            """
            transaction_id,user_id,time,amount,terminal_id,merchant_id,device_id,category,channel,country,distance_km,fraud
            a,u1,2024-03-02T00:00:00Z,1,t,m,d,food,chip,DE,1,0
            b,u1,2024-03-01T00:00:00Z,2,t,m,d,food,chip,DE,1,0

            """, to: "unordered.csv")
        let topic = try TestBrokers.makeTopic("transactions", partitions: 1)
        let brokers = try TestBrokers.settings().bootstrapServers
        let refused = try await VigilProcess.run(
            "publish", "--data", file, "--schema", schema, "--topic", topic, "--brokers", brokers)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("unordered.csv:3:"))
        let sorted = try await VigilProcess.run(
            "publish", "--data", file, "--schema", schema, "--topic", topic, "--brokers", brokers, "--sort")
        #expect(sorted.status == 0, "\(sorted.errors)")
        let times = try TestBrokers.readAll(topic)[0, default: []].suffix(2).compactMap(\.timestamp)
        #expect(times == times.sorted())
        #expect(times.count == 2)
    }

    private func expectRising(_ messages: [ReadMessage]) {
        let times = messages.compactMap(\.timestamp)
        #expect(times.count == messages.count)
        #expect(times == times.sorted())
    }
}

/// Files of the repository.
enum ProjectFiles {
    static func path(_ relative: String, from file: String = #filePath) -> String {
        URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent(relative).path
    }
}
