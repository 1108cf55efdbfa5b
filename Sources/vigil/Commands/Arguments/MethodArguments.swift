import ArgumentParser
import Scoring
import Training
import Transformer

/// What of the model is trained, and the sizes of what a method adds.
struct MethodArguments: ParsableArguments {
    private static let defaults = MethodOptions()

    @Option(help: "Of lora: rank of the updates; \(Self.defaults.lowRank.rank) if not given.")
    var rank: Int?

    @Option(help: "Of lora: scale of the updates, times the rank; \(Self.defaults.lowRank.alpha) if not given.")
    var alpha: Float?

    @Option(
        help: ArgumentHelp(
            "Of lora: ranks that a layer keeps on average; those that matter least are switched off (AdaLoRA).",
            valueName: "ranks"))
    var rankBudget: Double?

    @Flag(help: "Of lora: trains the biases too.")
    var withBiases = false

    @Flag(help: "Of lora: trains the matrix that embeds the numbers too.")
    var withNumbers = false

    @Option(help: "Of adapter: hidden units of the bottlenecks; \(Self.defaults.bottleneckWidth) if not given.")
    var adapterWidth: Int?

    @Option(help: "Of prefix: learned keys and values a layer; \(Self.defaults.prefixLength) if not given.")
    var prefixLength: Int?

    @Option(help: "What the trained part is called in the model directory; the method if not given.")
    var adapterName: String?

    func validate() throws {
        if let adapterName, !ModelAdapter.isName(adapterName) {
            throw ValidationError("--adapter-name \(adapterName): letters, digits, - _ . expected, at most 64")
        }
    }

    /// Refuses options of another method.
    ///
    /// - Throws: `ValidationError` naming the options and their method.
    func refuseOthers(than method: TrainingMethod) throws {
        func refuse(_ given: KeyValuePairs<String, Bool>, unless owner: TrainingMethod) throws {
            guard method != owner else { return }
            try IdleOptions.refuse(given, with: "--method \(method)", advice: ", or choose --method \(owner)")
        }
        try refuse(
            [
                "--rank": rank != nil, "--alpha": alpha != nil, "--rank-budget": rankBudget != nil,
                "--with-biases": withBiases, "--with-numbers": withNumbers,
            ], unless: .lora)
        try refuse(["--adapter-width": adapterWidth != nil], unless: .adapter)
        try refuse(["--prefix-length": prefixLength != nil], unless: .prefix)
        guard !method.needsBase else { return }
        try IdleOptions.refuse(
            ["--adapter-name": adapterName != nil], with: "--method \(method)", advice: ", it trains the whole model")
    }

    /// The trainer's options.
    func options(_ method: TrainingMethod) -> MethodOptions {
        var options = MethodOptions()
        options.method = method
        options.adapterName = adapterName
        options.lowRank.rank = rank ?? options.lowRank.rank
        options.lowRank.alpha = alpha ?? options.lowRank.alpha
        options.rankBudget = rankBudget
        options.withBiases = withBiases
        options.withNumbers = withNumbers
        options.bottleneckWidth = adapterWidth ?? options.bottleneckWidth
        options.prefixLength = prefixLength ?? options.prefixLength
        return options
    }
}
