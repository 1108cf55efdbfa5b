public import ArgumentParser
public import Evaluation
import Foundation
import Pipeline
import Postgres
import Rules
import Scoring
import Sequences
import Transactions

/// `vigil replay`: what a model and rules would have decided.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Passes past transactions through a model and rules, as run would have.",
        discussion: """
            Reads the configured topics without a group, or --data, or --query; writes nothing but its report and, where a \
            database is configured, the tables replay_runs, replay_decisions and replay_metrics. Everything before --from \
            is taken in for context and not decided. --to given as a day includes that day; a timestamp is exclusive. \
            Figures are of transactions old enough for their labels to have arrived. Circuit breakers hold as in run: by \
            partition and event day, files and queries being one partition. Ctrl-C ends it with what is decided.
            """)

    @Option(help: "Model directory; the configured one if not given.")
    var model: String?

    @OptionGroup var adapter: AdapterOption

    @Option(help: "Rule set; the configured one if not given, and without one the score alone decides.")
    var rules: String?

    @Option(
        help: ArgumentHelp(
            """
            A challenger on the same events; give it again for more. ',rules.yaml' is the same model with other rules, \
            '@name' another adapter on it.
            """, valueName: "model[@adapter][,rules]"))
    var against: [ChallengerArgument] = []

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var source: ReplaySourceOptions
    @OptionGroup var span: SpanOptions

    @Option(help: ArgumentHelp("Only a share of the users, such as users:10%.", valueName: "users:share"))
    var sample: UserSample?

    @Option(help: "An entity or feature whose groups are told apart; give it again for more.")
    var segment: [String] = []

    @Option(help: "Threads that score; decisions do not depend on how many.")
    var workers = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Which decisions go to the database: what was flagged and every fraud, all, or none.")
    var store = ReplayStore.Extent.flagged

    @OptionGroup var thresholds: ThresholdOptions

    @Option(help: ArgumentHelp("A report for people: one HTML file.", valueName: "file.html"))
    var report: String?

    @Option(help: "Resamples of users for the 95 % intervals; 0 for none.")
    var resamples = 1000

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...1024).contains(workers) else { throw ValidationError("--workers must be 1 to 1024") }
        guard (0...100_000).contains(resamples) else { throw ValidationError("--resamples must be 0 to 100000") }
        if let report, !FileManager.default.isWritableFile(atPath: Self.directory(of: report)) {
            throw ValidationError("--report \(report): the directory it lies in cannot be written")
        }
        if source.warmUp != nil, span.from == nil { throw ValidationError("--warm-up counts back from --from") }
    }

    func run() async throws {
        let stop = StopSignal()
        let reader = try await options.reader()
        let entrants = try entrants(reader)
        let schema = entrants[0].model.encoder.schema
        let settings = try replayOptions(reader, schema)
        let engine = try ReplayEngine(entrants, options: settings)
        let input = try source.input(reader, own: schema, start: settings.warmUpFrom, end: settings.to)
        let record = try ReplayRecord(
            reader, entrants: entrants, source: source.name(reader.topics()), settings: settings, extent: store)
        do {
            let bar = ReplayBar(until: settings.to)
            var result = try engine.run(input, isStopped: { stop.hasCome }) { bar.update($0) }
            bar.finish(result)
            result.runID = record.runID
            for remark in result.remarks { Terminal.say("Note: \(remark)") }
            guard result.events > 0 || result.isPartial else { throw Failure("no transaction in the span") }
            try finish(result, record)
        } catch {
            record.fail(error)
            throw error
        }
    }

    private func finish(_ result: ReplayResult, _ record: ReplayRecord) throws {
        var asked = ReplayAnalysis.Options()
        asked.costs = thresholds.costs
        asked.goals = thresholds.goals
        asked.resamples = resamples
        asked.threads = workers
        var document = ReplayDocument(
            report: ReplayReport(result), analysis: ReplayAnalysis(result, options: asked))
        if let report {
            let page = ReplayPage(
                result, analysis: document.analysis,
                configuration: [("command", CommandLine.arguments.joined(separator: " "))])
            try Data(page.text.utf8).write(to: URL(fileURLWithPath: report), options: .atomic)
            document.report.report = report
        }
        try record.finish(result, document)
        if output.json {
            try Terminal.json(document)
        } else {
            for line in ReplayText.lines(document.report) + AnalysisText.lines(document.analysis) {
                Terminal.data(line)
            }
        }
    }

    private static func directory(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private func entrants(_ reader: SettingsReader) throws -> [ReplayEntrant] {
        // The configured adapter is one of the configured model.
        let adapter = adapter.adapter ?? (model == nil ? reader.text("model.adapter") : nil)
        let path = try model ?? reader.required("model.path")
        let model = try Model.load(from: path, adapter: adapter)
        let origin = try reader.ruleOrigin(rules)
        func load(_ origin: RuleOrigin?, _ model: Model) throws -> RuleSet? {
            try origin.map { try reader.rules($0, schema: model.encoder.schema) }
        }
        var entrants = [
            ReplayEntrant(
                name: "champion", model: model, rules: try load(origin, model),
                thresholds: try reader.thresholds(default: model.threshold))
        ]
        for challenger in against {
            let other = try challenger.loaded(champion: model, path: path)
            // Reports tell challengers apart by name.
            let names = entrants.map(\.name)
            let name = names.contains(challenger.name) ? "\(challenger.name) (\(names.count))" : challenger.name
            entrants.append(
                ReplayEntrant(
                    name: name, model: other, rules: try load(challenger.rules.map { .file($0) } ?? origin, other),
                    thresholds: try reader.thresholds(default: other.threshold)))
        }
        return entrants
    }

    private func replayOptions(_ reader: SettingsReader, _ schema: TransactionSchema) throws -> ReplayOptions {
        var options = ReplayOptions(
            labelDelayMilliseconds: source.labelDelay?.milliseconds ?? schema.labelDelayMilliseconds)
        options.from = span.from?.time
        options.to = span.to?.time
        options.warmUpFrom = source.warmUp.flatMap { span.from?.time.advanced(byMilliseconds: -$0.milliseconds) }
        options.workers = workers
        options.measuresDrift = report != nil
        options.userShare = sample?.share ?? 1
        options.segments = segment
        options.cacheMemoryBytes = try reader.bytes("state.memory") ?? options.cacheMemoryBytes
        options.cachePrecision = try reader.cachePrecision()
        options.pseudonymizer = try reader.pseudonymizerOrOwn()
        return options
    }
}

extension ReplayStore.Extent: ExpressibleByArgument {}
