import ArgumentParser
import Evaluation
import Foundation
import Pipeline
import Rules
import Scoring
import Sequences
import Transactions

/// `vigil rules backtest`: what a rule set would have done in the place of the active one.
struct RulesBacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Replays past transactions under a rule set and under the active one.",
        discussion: """
            One pass with the same model: prints each rule's hits, precision, recall, marginal recall (the frauds that only \
            it flags) and overlap with the others, and which decisions change against the active set. Rules in shadow match \
            and are counted, but change nothing. Hits, overlaps and changes are of all transactions; frauds, precision, recall \
            and false alarms of those old enough for their labels to have arrived.
            """)

    @Option(help: "The rule set to try (YAML).")
    var rules: String

    @Option(help: "The active rule set; the configured one if not given, and without one the score alone decides.")
    var against: String?

    @Option(help: "Model directory; the configured one if not given.")
    var model: String?

    @OptionGroup var adapter: AdapterOption
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var source: ReplaySourceOptions
    @OptionGroup var span: SpanOptions

    @Option(help: "How many events are shown of each kind of change.")
    var examples = 3

    @Option(help: "Threads that score; decisions do not depend on how many.")
    var workers = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...1024).contains(workers) else { throw ValidationError("--workers must be 1 to 1024") }
        guard (0...10_000).contains(examples) else { throw ValidationError("--examples must be 0 to 10000") }
        if source.warmUp != nil, span.from == nil { throw ValidationError("--warm-up counts back from --from") }
    }

    func run() async throws {
        let stop = StopSignal()
        let reader = try await options.reader()
        // The configured adapter is one of the configured model.
        let adapter = adapter.adapter ?? (model == nil ? reader.text("model.adapter") : nil)
        let model = try Model.load(from: try model ?? reader.required("model.path"), adapter: adapter)
        let schema = model.encoder.schema
        let proposed = try reader.rules(.file(rules), schema: schema)
        let origin = try reader.ruleOrigin(against)
        let active = try origin.map { try reader.rules($0, schema: schema) }
        let thresholds = try reader.thresholds(default: model.threshold)
        var settings = ReplayOptions(
            labelDelayMilliseconds: source.labelDelay?.milliseconds ?? schema.labelDelayMilliseconds)
        settings.from = span.from?.time
        settings.to = span.to?.time
        settings.warmUpFrom = source.warmUp.flatMap { span.from?.time.advanced(byMilliseconds: -$0.milliseconds) }
        settings.workers = workers
        settings.cacheMemoryBytes = try reader.bytes("state.memory") ?? settings.cacheMemoryBytes
        settings.cachePrecision = try reader.cachePrecision()
        settings.pseudonymizer = try reader.pseudonymizerOrOwn()
        let engine = try ReplayEngine(
            [
                ReplayEntrant(name: "active", model: model, rules: active, thresholds: thresholds),
                ReplayEntrant(name: "proposed", model: model, rules: proposed, thresholds: thresholds),
            ], options: settings)
        let input = try source.input(reader, own: schema, start: settings.warmUpFrom, end: settings.to)
        let bar = ReplayBar(until: settings.to)
        let result = try engine.run(input, isStopped: { stop.hasCome }) { bar.update($0) }
        bar.finish(result)
        for remark in result.remarks { Terminal.say("Note: \(remark)") }
        guard result.events > 0 || result.isPartial else { throw Failure("no transaction in the span") }
        let backtest = RuleBacktest(result.table, proposed: 1, active: 0, exampleCount: examples)
        if output.json {
            try Terminal.json(BacktestDocument(backtest, of: result))
        } else {
            for line in BacktestText.lines(backtest, against: origin?.description) { Terminal.data(line) }
        }
    }
}
