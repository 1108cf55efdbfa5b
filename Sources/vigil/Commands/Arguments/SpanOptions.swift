import ArgumentParser
import Transactions

/// Which transactions, by event time.
struct SpanOptions: ParsableArguments {
    @Option(help: "Transactions from this moment on: a day (its beginning, UTC) or a timestamp.")
    var from: StartTime?

    @Option(help: "Transactions before this moment: a day means up to its end (UTC), a timestamp is exclusive.")
    var to: EndTime?

    func validate() throws {
        if let from, let to, from.time >= to.time { throw ValidationError("--from must be before --to") }
    }

    /// Milliseconds since the Unix epoch, half-open.
    var milliseconds: Range<Int64> {
        (from?.time.milliseconds ?? .min)..<(to?.time.milliseconds ?? .max)
    }
}
