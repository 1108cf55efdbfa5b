import Kafka
import Pipeline

extension Diagnosis {
    /// Brokers, topics and their partitions.
    mutating func checkBroker(_ settings: KafkaSettings, topics: TopicNames) {
        let advice = "Check kafka.bootstrap_servers, the network, and TLS and SASL under kafka"
        guard
            let admin = attempt(
                "broker", advice: advice, { try KafkaAdmin(settings: settings, logger: Terminal.quietLogger) }),
            let cluster = attempt(
                "broker", advice: advice, { try admin.describeCluster(timeoutMilliseconds: 5_000) })
        else { return }
        ok("broker", "\(cluster.brokers.count) at \(cluster.brokers.map(\.address).joined(separator: ", "))")
        for name in topics.all { checkTopic(name, in: cluster) }
        checkPartitions(cluster, topics)
        let compacted = [topics.sequences, topics.entities].filter { name in
            cluster.topics.contains { $0.name == name }
        }
        if !compacted.isEmpty { checkCompaction(of: compacted, admin) }
    }

    /// Without compaction, checkpoints grow for ever or, worse, go with their retention.
    private mutating func checkCompaction(of topics: [String], _ admin: KafkaAdmin) {
        do throws(KafkaError) {
            let settings = try admin.configurations(ofTopics: topics, timeoutMilliseconds: 2_000)
            for name in topics {
                let policy = settings[name]?["cleanup.policy"] ?? "not told"
                if policy == "compact" {
                    ok("compaction", "cleanup.policy of \(name) is compact")
                } else {
                    fault(
                        "compaction", "cleanup.policy of \(name) is \(policy)",
                        advice: "kafka-configs.sh --alter --entity-type topics --entity-name \(name) "
                            + "--add-config cleanup.policy=compact")
                }
            }
        } catch {
            // The embedded broker cannot be asked, and a real one may not let this client ask.
            warn(
                "compaction", "the broker does not tell (\(error.code.name))",
                advice: "See to it that cleanup.policy is compact for \(topics.joined(separator: " and "))")
        }
    }

    private mutating func checkTopic(_ name: String, in cluster: ClusterDescription) {
        let check = "topic \(name)"
        guard let topic = cluster.topics.first(where: { $0.name == name }), !topic.partitions.isEmpty else {
            fault(check, "does not exist", advice: "Create it, or correct its name under topics")
            return
        }
        if let error = topic.error {
            fault(check, "\(error)", advice: "Let this client describe the topic, or look at its brokers")
            return
        }
        let headless = topic.partitions.filter { $0.leader == nil }.map(\.id)
        if headless.isEmpty {
            ok(check, "\(topic.partitions.count) partitions")
        } else {
            fault(check, "partitions \(headless) have no leader", advice: "Bring back the brokers that hold them")
        }
    }

    /// A checkpoint lies in the same partition as the events it came from.
    private mutating func checkPartitions(_ cluster: ClusterDescription, _ topics: TopicNames) {
        func count(_ name: String) -> Int? { cluster.topics.first { $0.name == name }?.partitions.count }
        guard let input = count(topics.transactions), let checkpoints = count(topics.sequences) else { return }
        if input == checkpoints {
            ok("partitions", "\(topics.transactions) and \(topics.sequences) have \(input) each")
        } else {
            fault(
                "partitions", "\(topics.transactions) has \(input), \(topics.sequences) has \(checkpoints)",
                advice: "Create \(topics.sequences) anew with \(input) partitions; vigil fills it again")
        }
        guard let labels = count(topics.labels), labels != input else { return }
        warn(
            "partitions", "\(topics.labels) has \(labels), \(topics.transactions) has \(input)",
            advice: "Equal numbers keep a user's labels and transactions on one instance, which balances the work")
    }
}
