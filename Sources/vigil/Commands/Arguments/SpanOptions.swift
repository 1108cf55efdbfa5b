import ArgumentParser
import Transactions

/// Which transactions, by event time.
struct SpanOptions: ParsableArguments {
    static let fromHelp: ArgumentHelp = "Transactions from this moment on: a day (its beginning, UTC) or a timestamp."
    static let toHelp: ArgumentHelp =
        "Transactions before this moment: a day means up to its end (UTC), a timestamp is exclusive."

    @Option(help: fromHelp)
    var from: StartTime?

    @Option(help: toHelp)
    var to: EndTime?

    func validate() throws {
        if let from, let to, from.time >= to.time { throw ValidationError("--from must be before --to") }
    }

    /// Milliseconds since the Unix epoch, half-open.
    var milliseconds: Range<Int64> {
        (from?.time.milliseconds ?? .min)..<(to?.time.milliseconds ?? .max)
    }
}
