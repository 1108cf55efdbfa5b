import ArgumentParser
import Transactions

/// Which transactions, by event time, where both ends have to be named.
struct WholeSpanOptions: ParsableArguments {
    @Option(help: SpanOptions.fromHelp)
    var from: StartTime

    @Option(help: SpanOptions.toHelp)
    var to: EndTime

    func validate() throws {
        guard from.time < to.time else { throw ValidationError("--from must be before --to") }
    }
}
