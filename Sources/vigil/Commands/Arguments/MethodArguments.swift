import ArgumentParser
import Scoring
import Training
import Transformer

/// What of the model is trained, and the sizes of what a method adds.
struct MethodArguments: ParsableArguments {
    private static let defaults = MethodOptions()

    @Option(help: "Of lora: rank of the updates.")
    var rank = Self.defaults.lowRank.rank

    @Option(help: "Of lora: scale of the updates, times the rank.")
    var alpha = Self.defaults.lowRank.alpha

    @Option(
        help: ArgumentHelp(
            "Of lora: ranks that a layer keeps on average; those that matter least are switched off (AdaLoRA).",
            valueName: "ranks"))
    var rankBudget: Double?

    @Flag(help: "Of lora: trains the biases too.")
    var withBiases = false

    @Flag(help: "Of lora: trains the matrix that embeds the numbers too.")
    var withNumbers = false

    @Option(help: "Of adapter: hidden units of the bottlenecks.")
    var adapterWidth = Self.defaults.bottleneckWidth

    @Option(help: "Of prefix: learned keys and values a layer.")
    var prefixLength = Self.defaults.prefixLength

    @Option(help: "What the trained part is called in the model directory; the method if not given.")
    var adapterName: String?

    func validate() throws {
        if let adapterName, !ModelAdapter.isName(adapterName) {
            throw ValidationError("--adapter-name \(adapterName): letters, digits, - _ . expected, at most 64")
        }
    }

    /// The trainer's options.
    func options(_ method: TrainingMethod) -> MethodOptions {
        var options = MethodOptions()
        options.method = method
        options.adapterName = adapterName
        options.lowRank.rank = rank
        options.lowRank.alpha = alpha
        options.rankBudget = rankBudget
        options.withBiases = withBiases
        options.withNumbers = withNumbers
        options.bottleneckWidth = adapterWidth
        options.prefixLength = prefixLength
        return options
    }
}
