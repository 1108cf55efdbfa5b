import Testing

@testable import Kafka

@Suite("Settings and errors", .ownThread)
struct SettingsTests {
    @Test(
        "a wrong property is named before anything connects",
        arguments: [("no.such.property", "1"), ("session.timeout.ms", "soon"), ("enable.auto.commit", "true")])
    func wrongProperty(name: String, value: String) throws {
        let settings = KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: [name: value])
        let error = #expect(throws: KafkaError.self) { try settings.validate() }
        #expect(error?.description.contains("'\(name)'") == true)
        #expect(throws: KafkaError.self) { try KafkaConsumer(settings: settings) }
    }

    @Test("secrets are in no description, dump or error")
    func secrets() throws {
        let properties = [
            "sasl.password": "hunter2", "ssl.key.password": "hunter2", "ssl.key.pem": "hunter2",
            "sasl.username": "visible", "ssl.key.location": "/visible/key",
        ]
        let settings = KafkaSettings(bootstrapServers: "127.0.0.1:1", properties: properties)
        var dumped = ""
        dump(settings, to: &dumped)
        for text in [settings.description, "\(settings)", String(reflecting: settings), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("sasl.username=visible"))
            #expect(text.contains("ssl.key.location=/visible/key"))
        }
        #expect(settings.scrubbed("with hunter2 in it") == "with [hidden] in it")
        // A key that is no key: librdkafka finds out when the client is made.
        let error = #expect(throws: KafkaError.self) {
            try KafkaConsumer(settings: settings.adding(["security.protocol": "ssl"]))
        }
        #expect(error.map { "\($0)".contains("hunter2") } == false)
    }

    @Test("a cluster that is not there is an error in time that says where")
    func unreachable() throws {
        let admin = try KafkaAdmin(settings: KafkaSettings(bootstrapServers: "127.0.0.1:1"))
        var error: KafkaError?
        let taken = ContinuousClock().measure {
            error = #expect(throws: KafkaError.self) { try admin.describeCluster(timeoutMilliseconds: 500) }
        }
        #expect(taken < .seconds(3))
        #expect(error?.description.contains("127.0.0.1:1") == true)
        #expect(error?.description.contains("refused") == true)
        #expect(error?.isRetriable == true)
    }

    @Test("describing a cluster shows topics and creates none")
    func describe() throws {
        let topic = try TestCluster.makeTopic(partitions: 3)
        let admin = try KafkaAdmin(settings: TestCluster.settings())
        let cluster = try admin.describeCluster(timeoutMilliseconds: 5000)
        #expect(!cluster.brokers.isEmpty)
        #expect(cluster.isEmbedded == TestCluster.isEmbedded)
        let found = try #require(cluster.topics.first { $0.name == topic })
        #expect(found.partitions.map(\.id) == [0, 1, 2])
        #expect(found.partitions.allSatisfy { $0.leader != nil })
        #expect(found.error == nil)
    }

    @Test("creating topics: made where the cluster can, a clear error where it cannot")
    func createTopics() throws {
        let admin = try KafkaAdmin(settings: TestCluster.settings())
        let name = TestCluster.unique("created")
        let specification = TopicSpecification.compacted(name: name, partitions: 2)
        if TestCluster.isEmbedded {
            let error = #expect(throws: KafkaError.self) {
                try admin.createTopics([specification], timeoutMilliseconds: 2000)
            }
            #expect(error?.operation == "create topics")
        } else {
            try admin.createTopics([specification], timeoutMilliseconds: 10_000)
            try admin.createTopics([specification], timeoutMilliseconds: 10_000)
        }
        #expect(throws: KafkaError.self) {
            try admin.createTopics(
                [TopicSpecification(name: "zero", partitions: -5)], timeoutMilliseconds: 1000)
        }
    }
}
