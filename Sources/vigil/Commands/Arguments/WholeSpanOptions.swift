import ArgumentParser
import Transactions

/// Which transactions, by event time, where both ends have to be named.
struct WholeSpanOptions: ParsableArguments {
    @Option(help: "Transactions from this moment on: a day (its beginning, UTC) or a timestamp.")
    var from: StartTime

    @Option(help: "Transactions before this moment: a day means up to its end (UTC), a timestamp is exclusive.")
    var to: EndTime

    func validate() throws {
        guard from.time < to.time else { throw ValidationError("--from must be before --to") }
    }
}
