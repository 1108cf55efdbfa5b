import ArgumentParser
import Scoring
import Transformer

/// `vigil model convert`: the same model with smaller weights.
struct ModelConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Stores a model's matrices in bf16 or int8.",
        discussion: """
            Halves or quarters the file; scoring computes in float32 from what the file holds, so it costs what it did. \
            An adapter is merged. int8 keeps a scale a row.
            """)

    @Argument(help: "Model directory.")
    var model: String

    @OptionGroup var adapter: AdapterOption

    @Option(help: "float32, bf16 or int8.")
    var weights: WeightPrecision

    @Option(help: "Model directory to write.")
    var out: String

    func run() throws {
        let path = model
        let model = try Model.load(from: path, adapter: adapter.adapter)
        let destination = ModelDestination(path: out)
        try destination.check()
        let rounded = try model.rounded(to: weights)
        // An adapter was trained for itself: what is written of its base is not said of both.
        let records = model.attached == nil ? Model.trainingRecords(in: path) : (metrics: nil, history: nil)
        try destination.replace {
            try rounded.save(to: out, metrics: records.metrics, history: records.history, precision: weights)
        }
        func bytes(_ precision: WeightPrecision) -> Int {
            rounded.parameters.table.entries.reduce(0) { $0 + precision.bytes(of: $1.shape) }
        }
        Terminal.say("\(out): \(bytes(weights)) bytes of weights, \(bytes(.float32)) in float32; hash \(rounded.hash)")
    }
}
