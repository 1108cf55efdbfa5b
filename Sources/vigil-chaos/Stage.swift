import Foundation
import Kafka
import Postgres

/// What a round plays on: a cluster of three embedded brokers and a database of its own, with a recorder of commits.
final class Stage {
    static let brokers: Int32 = 3
    static let group = "vigil"
    static let topics: [(name: String, partitions: Int32)] = [
        ("transactions", Feed.partitions), ("labels", Feed.partitions), ("sequences", Feed.partitions),
        ("entities", Feed.partitions), ("review", 2), ("dead-letters", 1),
    ]
    /// Which PostgreSQL transaction inserted which alert: seen by a trigger, so that nobody need be believed.
    private static let recorder = """
        CREATE SCHEMA chaos;
        CREATE TABLE chaos.inserted (alert_id uuid NOT NULL, transaction bigint NOT NULL DEFAULT txid_current());
        CREATE FUNCTION chaos.record() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO chaos.inserted (alert_id) VALUES (NEW.alert_id); RETURN NULL; END $$;
        CREATE TRIGGER recorded AFTER INSERT ON vigil.alerts FOR EACH ROW EXECUTE FUNCTION chaos.record();
        """

    let broker: EmbeddedBroker
    let server: ThrowawayServer
    let database: PostgresSettings

    init(server: ThrowawayServer, name: String) throws {
        self.server = server
        broker = try EmbeddedBroker(brokers: Int(Self.brokers), logger: Chaos.quiet)
        for topic in Self.topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
        let administrator = try PostgresConnection(server.settings)
        defer { administrator.close() }
        try administrator.run(script: "CREATE DATABASE \(try PostgresConnection.quoted(identifier: name))")
        database = server.settings.with(database: name)
        let connection = try PostgresConnection(database)
        defer { connection.close() }
        _ = try Migrator().migrate(connection)
        try connection.run(script: Self.recorder)
    }

    /// Drops the database; the brokers go with the last reference.
    func clear() throws {
        broker.stop()
        let administrator = try PostgresConnection(server.settings)
        defer { administrator.close() }
        let name = try PostgresConnection.quoted(identifier: database.database ?? "")
        try administrator.run(script: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    /// The configuration of a processor, as its environment.
    func environment(model: String, rules: String, owner: String, cooperative: Bool) -> [String: String] {
        let properties = [
            "fetch.wait.max.ms=10", "reconnect.backoff.max.ms=1000",
            // The embedded broker does not refuse sequence numbers out of order, as Kafka does.
            "max.in.flight.requests.per.connection=1",
            "partition.assignment.strategy=\(cooperative ? "cooperative-sticky" : "range")",
        ]
        // However many scorers a process has, one, two or three, the scores are the same.
        let threads = 1 + owner.utf8.reduce(0) { $0 + Int($1) } % 3
        return [
            "VIGIL_SCORING_THREADS": String(threads),
            "VIGIL_KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "VIGIL_KAFKA_GROUP": Self.group,
            "VIGIL_KAFKA_PROPERTIES": properties.joined(separator: ","),
            "VIGIL_POSTGRES_HOST": database.host ?? "", "VIGIL_POSTGRES_PORT": String(database.port ?? 5432),
            "VIGIL_POSTGRES_DATABASE": database.database ?? "", "VIGIL_POSTGRES_USER": database.user ?? "",
            "VIGIL_MODEL_PATH": model, "VIGIL_RULES_PATH": rules, "VIGIL_OWNER": owner,
            "VIGIL_PRIVACY_KEY": "no secret, only chaos", "VIGIL_CONSOLE_PORT": "0", "VIGIL_STATE_MEMORY": "64MiB",
            "VIGIL_STATE_CHECKPOINT_INTERVAL": "1s",
            // Scores are compared to the bit, so nobody may go ahead of a partition whose owner is being killed.
            "VIGIL_ALIGNMENT_IDLE_GRACE": "120s", "VIGIL_ALIGNMENT_MAXIMUM_WAIT": "240s", "VIGIL_LOG_LEVEL": "info",
        ]
    }
}
