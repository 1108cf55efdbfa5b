import ArgumentParser

/// Every command that has something to tell.
struct JSONOption: ParsableArguments {
    @Flag(help: "One JSON object on standard output.")
    var json = false
}
