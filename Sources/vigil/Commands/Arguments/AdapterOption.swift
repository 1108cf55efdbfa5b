import ArgumentParser

/// Which adapter of a model directory is used.
struct AdapterOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Adapter of the model directory to use, none for its base alone; the one it was saved with if not given.",
            valueName: "name"))
    var adapter: String?
}
