import Foundation
import Kafka
import Pipeline
import Postgres

/// The demo's infrastructure: an embedded broker with its topics, a throwaway PostgreSQL with its tables.
struct DemoStack {
    static let partitions: Int32 = 8

    let broker: EmbeddedBroker
    let server: ThrowawayServer
    let topics = TopicNames()

    /// Starts both; a few seconds at most.
    init() throws {
        broker = try EmbeddedBroker()
        for topic in [topics.transactions, topics.labels, topics.sequences, topics.entities] {
            try broker.createTopic(topic, partitions: Self.partitions)
        }
        try broker.createTopic(topics.review, partitions: 1)
        try broker.createTopic(topics.deadLetters, partitions: 1)
        server = try ThrowawayServer(ThrowawayServer.Options())
        let connection = try PostgresConnection(server.settings)
        defer { connection.close() }
        _ = try Migrator().migrate(connection)
    }

    /// Ends both and removes everything.
    func stop() {
        server.stop()
        broker.stop()
    }

    /// Lines for a terminal beside this one.
    var connectionLines: [String] {
        [
            "psql 'host=\(server.directory) port=\(server.port) user=vigil dbname=vigil' "
                + "-c 'SELECT * FROM vigil.alert_queue LIMIT 10'",
            "kcat -b \(broker.bootstrapServers) -t \(topics.review) -C -e -o beginning -c 3",
        ]
    }
}
