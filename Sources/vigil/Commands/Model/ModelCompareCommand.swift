import ArgumentParser
import Evaluation
import Foundation
import Scoring
import Sequences
import Transactions
import Transformer

/// `vigil model compare`: what models find and what they cost.
struct ModelCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Models by quality and cost, on transactions whose truth is known.",
        discussion: """
            Streams every model through the data token by token, as run does: average precision and recall at 1 % alerts of \
            the labelled transactions from --from to --to, parameters, bytes of weights and of a user, microseconds an \
            event of the transformer on one thread. Everything before --from is read for context.
            """)

    @Argument(help: "Model directories; DIR@NAME for an adapter of one, DIR@none for its base alone.")
    var models: [String]

    @OptionGroup var input: DataOptions
    @OptionGroup var span: WholeSpanOptions

    @Option(
        parsing: .upToNextOption,
        help: "Also with weights rounded to these: float32, bf16, int8. As they are if not given.")
    var weights: [WeightPrecision] = []

    @Option(
        parsing: .upToNextOption,
        help: "With keys and values cached at these: float32, bf16, int8. The loss is against float32.")
    var caches: [CachePrecision] = [.float32]

    @Option(help: ArgumentHelp("Chart of quality and cost to write, an SVG image.", valueName: "file"))
    var svg: String?

    @OptionGroup var output: JSONOption

    /// A model of the list.
    private struct Entrant {
        let name: String
        let model: Model
        let stored: WeightPrecision
    }

    /// Models that agree in it read the same dataset.
    private struct Reading: Hashable, Comparable {
        let historyLength: Int
        let labelDelay: Int64
        let entityBucket: Int64

        init(_ model: Model) {
            historyLength = model.historyLength
            labelDelay = model.encoder.schema.labelDelayMilliseconds
            entityBucket = model.encoder.schema.entityBucketMilliseconds
        }

        static func < (left: Reading, right: Reading) -> Bool {
            (left.historyLength, left.labelDelay, left.entityBucket)
                < (right.historyLength, right.labelDelay, right.entityBucket)
        }
    }

    /// What `--json` prints.
    private struct Comparison: Encodable {
        let models: [FrontierPoint]
    }

    func validate() throws {
        guard !models.isEmpty else { throw ValidationError("at least one model directory is needed") }
    }

    func run() async throws {
        let loaded = try models.map { name -> Entrant in
            let parts = name.split(separator: "@", maxSplits: 1).map(String.init)
            let model = try Model.load(from: parts[0], adapter: parts.count > 1 ? parts[1] : nil)
            // Rounding merges an adapter: one that cannot be is refused before the data is read.
            if weights.contains(where: { $0 != .float32 }) { _ = try model.merged() }
            // An adapter's own tensors are float32, and the base's with them once merged.
            let stored = model.attached == nil ? try Model.storedPrecision(in: parts[0]) : .float32
            return Entrant(name: name, model: model, stored: stored)
        }
        var points: [FrontierPoint] = []
        // Datasets are large: models that read the same one stand together.
        for group in Dictionary(grouping: loaded, by: { Reading($0.model) }).sorted(by: { $0.key < $1.key }) {
            var schema = try input.loadSchema()
            // As in evaluate: windows as trained for, whenever labels arrive.
            schema.labelDelayMilliseconds = group.key.labelDelay
            schema.entityBucketMilliseconds = group.key.entityBucket
            let to = span.to.time
            let dataset = try input.loadDataset(
                schema, historyCapacity: group.key.historyLength,
                labelDelayMilliseconds: input.labelDelay?.milliseconds, before: to)
            for entrant in group.value { points += try self.points(entrant, dataset, to) }
        }
        FrontierPoint.markLosses(&points)
        FrontierPoint.markFrontier(&points)
        if let svg {
            do {
                try Data(FrontierChart(points).svg.utf8).write(to: URL(fileURLWithPath: svg), options: .atomic)
            } catch {
                throw Failure("--svg \(svg): cannot be written: \(error.localizedDescription)")
            }
        }
        if output.json {
            try Terminal.json(Comparison(models: points))
        } else {
            for line in FrontierText.lines(points) { Terminal.data(line) }
        }
    }

    private func points(
        _ entrant: Entrant, _ dataset: HistoricalDataset, _ to: EventTime
    ) throws -> [FrontierPoint] {
        let from = span.from.time
        // Without --weights the weights are as they are, and so is the name.
        let versions = weights.isEmpty ? [entrant.stored] : weights
        return try versions.flatMap { precision in
            let isAsStored = weights.isEmpty || precision == .float32
            let version = isAsStored ? entrant.model : try entrant.model.rounded(to: precision)
            return try caches.map { cache in
                try FrontierPoint(
                    version, named: weights.isEmpty ? entrant.name : "\(entrant.name) \(precision.rawValue)",
                    weights: precision, caches: cache, on: dataset, from: from, to: to)
            }
        }
    }
}
