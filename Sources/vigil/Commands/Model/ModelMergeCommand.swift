import ArgumentParser
import Scoring

/// `vigil model merge`: a base and its adapter as one model.
struct ModelMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Folds an adapter into its base: a model directory without adapters.",
        discussion: "Low-rank updates, bitfit and head can be merged; the scores stay as they are, bit for bit.")

    @Argument(help: "Model directory.")
    var model: String

    @OptionGroup var adapter: AdapterOption

    @Option(help: "Model directory to write.")
    var out: String

    func run() throws {
        let model = try Model.load(from: model, adapter: adapter.adapter)
        guard let attached = model.attached else {
            throw ValidationError("\(self.model) has no adapter to merge; name one with --adapter")
        }
        let destination = ModelDestination(path: out)
        try destination.check()
        let merged = try model.merged()
        try destination.replace { try merged.save(to: out) }
        Terminal.say("\(out): \(attached.name) merged into its base; hash \(model.hash)")
    }
}
