import ArgumentParser
import Evaluation
import Rules
import Scoring
import Sequences
import Transactions

/// `vigil replay`: what a model and rules would have decided.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Passes past transactions through a model and rules, as run would have.",
        discussion: """
            Touches neither Kafka nor PostgreSQL. Everything before --from is taken in for context and not scored. \
            --to given as a day includes that day; a timestamp is exclusive. Metrics are those of the scores after the \
            rules' adjustments; precision and recall are of what was put up for review or declined.
            """)

    @Option(help: "Model directory.")
    var model: String

    @Option(help: "Rule set; without one the score alone decides.")
    var rules: String?

    @OptionGroup var input: DataOptions
    @OptionGroup var span: SpanOptions
    @OptionGroup var caches: CacheOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let model = try Model.load(from: model)
        let own = model.encoder.schema
        let rules = try self.rules.map { try RuleSet.load(path: $0, schema: own) } ?? RuleSet.empty(schema: own)
        let milliseconds = span.milliseconds
        let replay = Replay(
            scorer: try Scorer(model: model, rules: rules, cachePrecision: caches.precision),
            labelDelayMilliseconds: input.labelDelay?.milliseconds ?? own.labelDelayMilliseconds,
            from: EventTime(milliseconds: milliseconds.lowerBound), to: EventTime(milliseconds: milliseconds.upperBound)
        )
        let bar = ReplayBar(until: span.to?.time)
        let report = try replay.run(paths: input.data, schema: try input.loadSchema()) { bar.update($0, $1) }
        bar.finish(report)
        guard report.events > 0 else { throw Failure("no transaction in the span") }
        if output.json {
            try Terminal.json(report)
        } else {
            for line in ReplayText.lines(report) { Terminal.data(line) }
        }
    }
}
