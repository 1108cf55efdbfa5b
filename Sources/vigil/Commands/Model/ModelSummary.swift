import Foundation
import Scoring
import Sequences
import Training
import Transactions
import Transformer

/// A model's outlines, for people and as JSON.
struct ModelSummary: Encodable {
    struct Calibrated: Encodable {
        var kind: String
        var points: Int?
    }

    /// From `metrics.json`, where there is one.
    struct Trained: Encodable {
        var events: Int
        var users: Int
        var labelled: Int
        var frauds: Int
        var until: String?
        var seconds: Double
        var validationPrecision: Double?
        var validationRecall: Double?
    }

    /// The adapter that is on, and what it is.
    struct Adapter: Encodable {
        var name: String
        var method: String
        var parameters: Int
        var isMergeable: Bool
        var base: String
    }

    var path: String
    var hash: String
    var parameters: Int
    var transformer: TransformerConfiguration
    var schema: String
    var labelDelay: String
    var entityBucket: String
    var features: [String]
    var threshold: Float
    var calibration: Calibrated
    var adapter: Adapter?
    /// All that the directory holds.
    var adapters: [String]
    var training: Trained?

    init(_ model: Model, path: String) {
        self.path = path
        hash = model.hash
        parameters = TensorTable(model.configuration).entries.reduce(0) { $0 + $1.count }
        transformer = model.configuration
        schema = model.encoder.schema.name
        labelDelay = DurationText.text(milliseconds: model.encoder.schema.labelDelayMilliseconds)
        entityBucket = DurationText.text(milliseconds: model.encoder.schema.entityBucketMilliseconds)
        features = model.encoder.extractor.names
        threshold = model.threshold
        calibration =
            switch model.calibration {
            case .identity: Calibrated(kind: "identity")
            case .platt: Calibrated(kind: "platt")
            case .isotonic(let logits, _): Calibrated(kind: "isotonic", points: logits.count)
            }
        adapter = model.attached.map { attached in
            Adapter(
                name: attached.name, method: attached.adapter.method, parameters: attached.adapter.parameterCount,
                isMergeable: attached.adapter.isMergeable, base: attached.adapter.baseHash)
        }
        adapters = ModelAdapter.names(in: path)
        training = Self.trained(path)
    }

    /// Metrics are for people: without them, or with another version's, the model is described all the same.
    private static func trained(_ path: String) -> Trained? {
        let file = URL(fileURLWithPath: path).appendingPathComponent(Model.File.metrics.rawValue)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = try? Data(contentsOf: file), let report = try? decoder.decode(TrainingReport.self, from: data)
        else { return nil }
        return Trained(
            events: report.events, users: report.users, labelled: report.labelled, frauds: report.frauds,
            until: report.options.untilMilliseconds.map { EventTime(milliseconds: $0).iso8601 },
            seconds: report.seconds, validationPrecision: report.validationPrecision,
            validationRecall: report.validationRecall)
    }

    /// What the model was trained until, milliseconds since 1970; nil where it does not say.
    static func cutOff(of path: String) -> Int64? {
        struct Metrics: Decodable {
            struct Options: Decodable {
                struct Training: Decodable { var untilMilliseconds: Int64? }
                var untilMilliseconds: Int64?
                /// Of an adapted model.
                var training: Training?
            }
            var options: Options
        }
        let file = URL(fileURLWithPath: path).appendingPathComponent(Model.File.metrics.rawValue)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let metrics = (try? Data(contentsOf: file)).flatMap { try? decoder.decode(Metrics.self, from: $0) }
        return metrics?.options.training?.untilMilliseconds ?? metrics?.options.untilMilliseconds
    }

    var lines: [String] {
        var table = TextTable(header: ["model", path])
        table.rows = [
            ["hash", hash],
            ["parameters", "\(parameters)"],
            [
                "transformer",
                "\(transformer.layers) layers, width \(transformer.width), \(transformer.heads) heads, window "
                    + "\(transformer.window), \(transformer.numbers) numbers and \(transformer.binCounts.count) bins in",
            ],
            ["schema", "\(schema), label delay \(labelDelay), entity buckets of \(entityBucket)"],
            ["threshold", "\(threshold)"],
            ["calibration", calibration.kind + (calibration.points.map { ", \($0) points" } ?? "")],
        ]
        if let adapter {
            let kind = adapter.name == adapter.method ? adapter.name : "\(adapter.name) (\(adapter.method))"
            table.rows.append(["adapter", "\(kind), \(adapter.parameters) parameters, on \(adapter.base)"])
        }
        if !adapters.isEmpty { table.rows.append(["adapters", adapters.joined(separator: ", ")]) }
        if let training {
            let until = training.until.map { " before \($0)" } ?? ""
            table.rows.append([
                "trained on",
                "\(training.events) transactions\(until), \(training.labelled) labels, \(training.frauds) of them fraud",
            ])
        }
        table.rows += features.enumerated().map { [$0.offset == 0 ? "features" : "", $0.element] }
        return table.lines()
    }
}
