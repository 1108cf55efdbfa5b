import ArgumentParser
import Foundation
import Training
import Transformer

/// `vigil bench training`: tokens a second through forward, backward and optimiser.
struct BenchTrainingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Times training steps on made-up sequences.",
        discussion: """
            One token is one transaction with its label. The default is the shape and the batch that `vigil train` has on \
            a schema with one risk entity. Tests/Peers/training.py times the same in PyTorch.
            """)

    @Option(help: "Layers of the transformer.")
    var layers = 2

    @Option(help: "Width of the transformer.")
    var width = 32

    @Option(help: "Attention heads.")
    var heads = 2

    @Option(help: "Hidden units of the feed-forward part.")
    var feedForward = 64

    @Option(help: "Transactions that attention sees.")
    var window = 32

    @Option(help: "Fields of a transaction, each a number and a bin.")
    var fields = 27

    @Option(help: "Bins of a field.")
    var bins = 24

    @Option(help: "Sequences in a step.")
    var batch = 16

    @Option(help: "Transactions in a sequence.")
    var tokens = 256

    @Option(help: "Threads.")
    var threads = 2

    @Option(help: "How long to train.")
    var seconds = 8.0

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...4096).contains(batch), (1...4096).contains(tokens), (1...1024).contains(threads),
            (1...1024).contains(fields), (1...4096).contains(bins), seconds > 0, seconds < 3600
        else {
            throw ValidationError("--batch, --tokens, --threads, --fields, --bins and --seconds must be positive")
        }
        do throws(TransformerError) {
            try shape.validate()
        } catch {
            throw ValidationError(error.words)
        }
    }

    private var shape: TransformerConfiguration {
        TransformerConfiguration(
            layers: layers, width: width, heads: heads, feedForward: feedForward, window: window, numbers: fields,
            binCounts: [Int](repeating: bins, count: fields), dropout: TrainingOptions().dropout)
    }

    private struct Report: Encodable {
        var parameters: Int
        var threads: Int
        var batch: Int
        var tokens: Int
        var steps: Int
        var seconds: Double
        var tokensPerSecond: Double
        var peakBytes: Int
    }

    func run() throws {
        let shape = shape
        let outcome = try TrainingBenchmark(shape, batch: batch, tokens: tokens, threads: threads).run(seconds: seconds)
        let report = Report(
            parameters: TensorTable(shape).entries.reduce(0) { $0 + $1.count }, threads: threads, batch: batch,
            tokens: tokens, steps: outcome.steps, seconds: outcome.seconds, tokensPerSecond: outcome.tokensPerSecond,
            peakBytes: ProcessUsage(of: getpid()).peakBytes)
        if output.json { return try Terminal.json(report) }
        Terminal.data(
            "\(Int(report.tokensPerSecond)) tokens/s over \(report.steps) steps of \(batch) x \(tokens) tokens")
        Terminal.data("\(report.parameters) parameters, \(threads) threads, \(report.peakBytes >> 20) MiB at most")
    }
}
