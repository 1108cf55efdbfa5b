import Foundation
public import Scoring
public import Sequences
public import Transactions
public import Transformer

/// What a model finds and what it costs, measured by streaming through a stretch of a dataset.
public struct FrontierPoint: Sendable, Encodable {
    /// What it is called in the table.
    public var model: String
    public var modelHash: String
    /// At which its weights are stored.
    public var weights: WeightPrecision
    /// At which keys and values are cached.
    public var caches: CachePrecision
    public var events: Int
    public var frauds: Int
    /// Nil without a fraud.
    public var averagePrecision: Double?
    /// What rounding the caches loses of it; nil where the list holds no float32 of the same model and weights.
    public var averagePrecisionLoss: Double?
    /// Of frauds, with alerts for 1 % of the events.
    public var recallAt1PercentAlerts: Double?
    public var parameters: Int
    /// Bytes that the weights take in the file.
    public var weightBytes: Int
    /// Cached keys and values of one user, and the tokens that they can be computed from again.
    public var bytesPerUser: Int
    /// Of the transformer alone, on one thread.
    public var microsecondsPerEvent: Double
    /// Whether no other model of the list is both better and as fast, or faster and as good.
    public var isOnFrontier = true

    /// - Parameters:
    ///   - dataset: built with the model's schema and history length.
    ///   - from: events from here on are measured; those before give the context.
    /// - Throws: `ModelFault` where the dataset is not the model's.
    public init(
        _ model: Model, named name: String, weights: WeightPrecision, caches: CachePrecision = .float32,
        on dataset: HistoricalDataset, from: EventTime, to: EventTime
    ) throws(ModelFault) {
        guard dataset.extractor.layout == model.encoder.extractor.layout else {
            throw ModelFault(
                file: Model.File.encoder.rawValue, field: "schema",
                detail: "the dataset's features are not those that \(name) was trained on")
        }
        let store = KeyValueStore(model.configuration, precision: caches)
        let sequences = EncodedSequences(dataset, encoder: model.encoder)
        let result: (logits: [Float], microseconds: Double)
        do throws(TransformerError) {
            let streaming = StreamingTransformer(try StreamingWeights(model.configuration, model.parameters))
            result = try StreamingPass(streaming: streaming, store: store).run(
                sequences, users: dataset.users, times: dataset.times, from: from.milliseconds, to: to.milliseconds)
        } catch {
            throw ModelFault(file: name, detail: error.message)
        }
        let scored = result.logits.indices.filter { !result.logits[$0].isNaN }
        let rows = scored.filter { dataset.labels[$0] >= 0 }
        let ranking = ModelRanking(
            scores: rows.map { result.logits[$0] }, frauds: rows.map { dataset.labels[$0] == 1 })
        self.model = name
        self.weights = weights
        self.caches = caches
        modelHash = model.hash
        events = ranking.events
        frauds = ranking.frauds
        averagePrecision = ranking.frauds > 0 ? ranking.averagePrecision : nil
        recallAt1PercentAlerts = ranking.frauds > 0 ? ranking.recall(alertRate: 0.01) : nil
        let table = model.parameters.table
        parameters = table.entries.reduce(0) { $0 + $1.count }
        weightBytes = table.entries.reduce(0) { $0 + weights.bytes(of: $1.shape) }
        // A raw token, its time and its id.
        let token = dataset.extractor.rawCount * MemoryLayout<UInt32>.stride + 16
        bytesPerUser = store.bytesPerCache + model.historyLength * token
        microsecondsPerEvent = result.microseconds
    }

    /// Fills in what rounded caches lose against float32 caches of the same model and weights.
    public static func markLosses(_ points: inout [FrontierPoint]) {
        let all = points
        for index in points.indices {
            let point = all[index]
            let unrounded = all.first {
                $0.modelHash == point.modelHash && $0.weights == point.weights && $0.caches == .float32
            }
            guard let best = unrounded?.averagePrecision, let reached = point.averagePrecision else { continue }
            points[index].averagePrecisionLoss = best - reached
        }
    }

    /// Marks the points that no other of the list beats.
    public static func markFrontier(_ points: inout [FrontierPoint]) {
        let all = points
        for index in points.indices {
            let point = all[index]
            guard let precision = point.averagePrecision else {
                points[index].isOnFrontier = false
                continue
            }
            points[index].isOnFrontier = !all.contains { other in
                guard let rival = other.averagePrecision else { return false }
                let noWorse = rival >= precision && other.microsecondsPerEvent <= point.microsecondsPerEvent
                return noWorse && (rival > precision || other.microsecondsPerEvent < point.microsecondsPerEvent)
            }
        }
    }
}
