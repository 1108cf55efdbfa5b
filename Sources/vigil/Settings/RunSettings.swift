import Foundation
import Kafka
import Logging
import Pipeline
import Postgres
import Rules
import Scoring
import Sequences
import Transactions
import Transformer

/// What `vigil run` is configured with; everything is read and checked before anything connects.
struct RunSettings {
    var pipeline: PipelineConfiguration
    var consoleAddress: String
    var consolePort: Int
    var logLevel: Logger.Level

    private static var processName: String {
        "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// - Throws: `SettingsFault`, `ModelFault` or `RuleSetError`, each naming file and field.
    init(_ reader: SettingsReader) throws {
        let kafka = try reader.kafka()
        let postgres = try reader.postgres()
        let model = try Model.load(from: try reader.required("model.path"), adapter: reader.text("model.adapter"))
        let schema = model.encoder.schema
        let origin = try reader.ruleOrigin()
        var rules: RuleSet?
        if case .file(let path)? = origin { rules = try RuleSet.load(path: path, schema: schema) }
        pipeline = PipelineConfiguration(
            kafka: kafka, postgres: postgres, model: model, rules: rules ?? .empty(schema: schema),
            pseudonymizer: try reader.pseudonymizer(),
            owner: reader.text("owner") ?? Self.processName)
        pipeline.rulesOrigin = origin
        pipeline.rulesRefreshMilliseconds =
            try reader.milliseconds("rules.refresh") ?? pipeline.rulesRefreshMilliseconds
        pipeline.group = reader.text("kafka.group") ?? pipeline.group
        pipeline.topics = reader.topics()
        pipeline.thresholds = try reader.thresholds(default: model.threshold)
        (pipeline.form, pipeline.limits) = try reader.decoding()
        pipeline.format = try reader.format(for: schema)
        pipeline.cacheMemoryBytes = try reader.bytes("state.memory") ?? pipeline.cacheMemoryBytes
        pipeline.scoringThreads = try reader.int("scoring.threads", in: 1...64) ?? pipeline.scoringThreads
        if let interval = try reader.milliseconds("model.reload") {
            pipeline.modelReload = (
                try reader.required("model.path"), reader.text("model.adapter"), max(100, interval)
            )
        }
        pipeline.shadows = try Self.shadows(reader, schema)
        pipeline.cachePrecision = try reader.cachePrecision()
        pipeline.checkpointIntervalMilliseconds =
            try reader.milliseconds("state.checkpoint_interval") ?? pipeline.checkpointIntervalMilliseconds
        pipeline.idleGraceMilliseconds =
            try reader.milliseconds("alignment.idle_grace") ?? pipeline.idleGraceMilliseconds
        pipeline.alignmentWaitMilliseconds =
            try reader.milliseconds("alignment.maximum_wait") ?? pipeline.alignmentWaitMilliseconds
        consoleAddress = reader.text("console.address") ?? "127.0.0.1"
        consolePort = try reader.int("console.port", in: 0...65_535) ?? 9464
        logLevel = try reader.logLevel()
    }

    private static func shadows(
        _ reader: SettingsReader, _ schema: TransactionSchema
    ) throws -> [(name: String, model: Model)] {
        var shadows: [(name: String, model: Model)] = []
        for path in reader.texts("model.shadow") {
            let model = try Model.load(from: path)
            guard model.encoder.schema == schema else {
                throw reader.fault("model.shadow", "a model of the same schema as model.path, which \(path) is not")
            }
            guard !shadows.contains(where: { $0.model.hash == model.hash }) else {
                throw reader.fault("model.shadow", "each model once; \(path) is another's equal")
            }
            shadows.append((URL(fileURLWithPath: path).lastPathComponent, model))
        }
        return shadows
    }
}

extension SettingsReader {
    /// How cached keys and values are held.
    func cachePrecision() throws -> CachePrecision {
        let name = try choice(
            "state.cache_precision", among: CachePrecision.allCases.map(\.rawValue),
            default: CachePrecision.standard.rawValue)
        return CachePrecision(rawValue: name) ?? .standard
    }

    /// Topic names, each with its default.
    func topics() -> TopicNames {
        var topics = TopicNames()
        topics.transactions = text("topics.transactions") ?? topics.transactions
        topics.labels = text("topics.labels") ?? topics.labels
        topics.review = text("topics.review") ?? topics.review
        topics.deadLetters = text("topics.dead_letters") ?? topics.deadLetters
        topics.sequences = text("topics.sequences") ?? topics.sequences
        topics.entities = text("topics.entities") ?? topics.entities
        return topics
    }

    /// How messages are read, and what is refused.
    func decoding() throws -> (form: EventForm, limits: EventLimits) {
        let name = try choice(
            "input.form", among: EventForm.allCases.map(\.rawValue), default: EventForm.canonical.rawValue)
        var limits = EventLimits()
        limits.maximumBytes = try bytes("input.maximum_bytes") ?? limits.maximumBytes
        if let text = text("input.earliest") {
            guard let time = EventTime(iso8601: text) else { throw fault("input.earliest", "a date expected") }
            limits.earliest = time
        }
        limits.maximumAheadMilliseconds = try milliseconds("input.maximum_ahead") ?? limits.maximumAheadMilliseconds
        return (EventForm(rawValue: name) ?? .canonical, limits)
    }

    /// How transactions are written on their topic: what a schema file says, else JSON under the model's own names.
    func format(for model: TransactionSchema) throws -> EventFormat {
        try text("input.schema").map { try EventFormat.load(path: $0, for: model) } ?? .json
    }

    /// Score thresholds; nil leaves both to the model.
    func thresholds(default review: Float) throws -> Thresholds? {
        let given = (review: try probability("decision.review"), decline: try probability("decision.decline"))
        guard given.review != nil || given.decline != nil else { return nil }
        return Thresholds(review: given.review ?? review, decline: given.decline)
    }

    /// Keyed pseudonyms, or the ids themselves where the configuration says so.
    func pseudonymizer() throws -> Pseudonymizer {
        guard try choice("privacy.user_ids", among: ["pseudonym", "plain"], default: "pseudonym") == "pseudonym"
        else { return .plain }
        guard let key = try secret("privacy.key") else {
            throw fault(
                "privacy.key_file",
                "missing; name a file with at least 16 random bytes, or set privacy.user_ids to plain")
        }
        guard key.utf8.count >= 16 else { throw fault("privacy.key", "at least 16 bytes expected") }
        return Pseudonymizer(key: Array(key.utf8))
    }

    /// The configured pseudonyms, or ones of this process alone where no key is set: ids stay inside all the same.
    func pseudonymizerOrOwn() throws -> Pseudonymizer {
        let isKeyed = text("privacy.key", isSecret: true) != nil || text("privacy.key_file") != nil
        if isKeyed || text("privacy.user_ids") == "plain" { return try pseudonymizer() }
        return Pseudonymizer(key: (0..<32).map { _ in UInt8.random(in: 0...255) })
    }

    /// Whether a database is configured at all.
    var hasPostgres: Bool {
        text("postgres.url", isSecret: true) != nil || text("postgres.host") != nil || text("postgres.database") != nil
    }

    func logLevel() throws -> Logger.Level {
        let names = Logger.Level.allCases.map(\.rawValue)
        return Logger.Level(rawValue: try choice("log.level", among: names, default: "info")) ?? .info
    }
}
