import ArgumentParser

/// `vigil bench rules`: what rules and aggregates cost an event.
struct BenchRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Measures 50 rules with 12 velocity aggregates on one thread.",
        discussion: "Simulated transactions; the first half warms up. Also the time to reload 500 rules.")

    @Option(help: "Transactions to pass through; the simulation has about 153,000.")
    var events = 150_000

    @OptionGroup var output: JSONOption

    func run() async throws {
        guard events >= 2048 else { throw ValidationError("--events must be 2048 or more") }
        let report = try RulesBenchmark(events: events).run()
        guard !output.json else { return try Terminal.json(report) }
        Terminal.data(
            "\(report.rules) rules, \(report.velocities) aggregates: \(Int(report.nanosecondsPerEvent)) ns an event "
                + "(\(report.events) events of \(report.users) users)")
        Terminal.data("aggregates: \(Int(report.velocityBytesPerUser)) bytes a user")
        Terminal.data("reload of 500 rules: \(Int(report.reloadMilliseconds.rounded())) ms")
    }
}
