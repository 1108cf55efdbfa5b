import ArgumentParser
import Foundation
import Simulation
import Transactions

/// `vigil simulate`: users, merchants and fraud made up from a seed.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Makes up transactions with fraud in them, in order of time.",
        discussion: "The same settings give the same file. Read it with Schemas/examples/demo.yaml.")

    @Option(help: "File to write: .csv or .jsonl.")
    var out: String

    @Option(help: "How many users.")
    var users = 1500

    @Option(help: "How many days.")
    var days = 60

    @Option(help: "What everything is made up from.")
    var seed: UInt64 = 1

    @Option(help: "How much more fraud than usual: 2 for twice as many fraudsters.")
    var fraudScale = 1.0

    @Option(help: "First day.")
    var start: StartTime?

    @OptionGroup var output: JSONOption

    func validate() throws {
        guard (1...10_000_000).contains(users) else { throw ValidationError("--users must be 1 to 10000000") }
        guard (1...3650).contains(days) else { throw ValidationError("--days must be 1 to 3650") }
        guard (0...100).contains(fraudScale) else { throw ValidationError("--fraud-scale must be 0 to 100") }
        guard out.hasSuffix(".csv") || out.hasSuffix(".jsonl") else {
            throw ValidationError("--out must end in .csv or .jsonl")
        }
    }

    func run() throws {
        var settings = SimulationSettings()
        settings.seed = seed
        settings.users = users
        settings.days = days
        settings.compromisedTerminals *= fraudScale
        settings.stolenCards *= fraudScale
        settings.accountTakeovers *= fraudScale
        settings.cardTests *= fraudScale
        if let start { settings.start = start.time }
        var simulator = Simulator(settings)
        let writer = try TransactionFileWriter(path: out, schema: Simulator.schema)
        let bar = Progress("Simulating", total: days)
        var summary = Summary(file: out, transactions: 0, frauds: 0, users: users, days: days, seed: seed)
        while let item = simulator.next() {
            try writer.write(item.transaction, isFraud: item.isFraud)
            summary.transactions += 1
            if item.isFraud == true { summary.frauds += 1 }
            if summary.transactions % 256 == 0 {
                bar.update(Int(item.transaction.time.days - settings.start.days))
            }
        }
        try writer.close()
        bar.finish("\(summary.transactions) transactions, \(summary.frauds) of them fraud, in \(out)")
        if output.json { try Terminal.json(summary) }
    }

    private struct Summary: Encodable {
        var file: String
        var transactions: Int
        var frauds: Int
        var users: Int
        var days: Int
        var seed: UInt64
    }
}
