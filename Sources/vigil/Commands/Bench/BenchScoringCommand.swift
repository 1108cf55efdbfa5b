import ArgumentParser
import Scoring
import Transformer

/// `vigil bench scoring`: what a decision costs, stage by stage, and how far that is from the machine's floor.
struct BenchScoringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scoring", abstract: "Times decisions on made-up transactions of users picked at random.",
        discussion: """
            Every user starts with a full window. microseconds_per_event is from decoded event to decision: features, \
            model, calibration, rules. floor_ratio is the model's part of it (stage_microseconds.score) over the floor: \
            the larger of multiply-adds at this machine's sgemm rate and bytes of keys and values touched at its memory \
            bandwidth, both measured in the same run. Without --model the weights are random.
            """)

    @Option(help: "Model directory, instead of a shape.")
    var model: String?

    @Option(help: "Layers of the transformer.")
    var layers = 2

    @Option(help: "Width of the transformer.")
    var width = 64

    @Option(help: "Attention heads; one for every 16 of the width if not given.")
    var heads: Int?

    @Option(help: "Transactions that attention sees.")
    var window = 64

    @Option(help: "Hidden units of the feed-forward part; four times the width if not given.")
    var feedForward: Int?

    @Option(help: "Users, all of them hot.")
    var users = 20_000

    @Option(help: "Transactions to time.")
    var events = 200_000

    @Option(help: "Transactions in a micro-batch.")
    var batch = 256

    @Option(help: "Scorers at work at once, each with its own part of the users.")
    var threads = 1

    @Option(help: "Directory to write the model and scored histories to, for other programs to time; see Tests/Peers.")
    var export: String?

    @Flag(help: "A table over 1, 2, 4 layers, widths and windows of 32, 64, 128, instead of one shape.")
    var grid = false

    @OptionGroup var caches: CacheOptions
    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...10_000_000).contains(users), (1...1_000_000_000).contains(events), (1...65_536).contains(batch)
        else {
            throw ValidationError("--users, --events and --batch must be positive")
        }
        if grid, model != nil { throw ValidationError("--grid makes its own models: leave out --model") }
        guard (1...256).contains(threads), threads <= users else {
            throw ValidationError("--threads must be 1 to 256, and no more than there are users")
        }
    }

    func run() throws {
        if let export { try ModelDestination(path: export, option: "--export").check() }
        if grid {
            let rows = try ScoringGrid(users: users, events: events, batch: batch, precision: caches.cachePrecision)
                .run()
            if output.json { try Terminal.json(rows) } else { ScoringGrid.lines(rows).forEach(Terminal.data) }
            return
        }
        let workload: ScoringWorkload
        if let model {
            workload = try ScoringWorkload(model: try Model.load(from: model))
        } else {
            workload = try ScoringWorkload(
                layers: layers, width: width, heads: heads ?? max(1, width / 16), window: window,
                feedForward: feedForward ?? 4 * width)
        }
        let report = try ScoringBench(
            workload: workload, users: users, events: events, batch: batch, threads: threads,
            precision: caches.cachePrecision, export: export
        ).run()
        if output.json { try Terminal.json(report) } else { report.lines.forEach(Terminal.data) }
    }
}
