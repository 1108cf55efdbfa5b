public import ArgumentParser
import Foundation
import Kafka
import Pipeline
public import Transactions

/// `vigil publish`: files to Kafka.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Writes transactions and their labels from files to Kafka, in order of time.",
        discussion: """
            Events are canonical JSON with the user as the key and the event's time as the message's. A label is written \
            when it becomes known, the label delay after its transaction. --from and --to choose transactions by event \
            time; the labels that belong to them follow, also after --to.
            """)

    @OptionGroup var input: DataOptions
    @OptionGroup var span: SpanOptions
    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Topic for the transactions.")
    var topic: String

    @Option(help: "Topic for the labels; without it none are written.")
    var labelsTopic: String?

    @Option(help: "Which labels.")
    var labels = FeedLabels.all

    @Option(help: ArgumentHelp("Events in a second at most, such as 500/s.", valueName: "n/s"))
    var rate: EventRate?

    @Flag(help: "Sorts by time first, in memory; without it the files must be in order of time, one after the other.")
    var sort = false

    @OptionGroup var output: JSONOption

    func validate() throws {
        if labelsTopic == topic { throw ValidationError("--labels-topic must not be the transactions' topic") }
    }

    func run() async throws {
        let schema = try input.loadSchema()
        let files = try TransactionFiles(input.data, schema: schema, span: span.milliseconds, isOrdered: !sort)
        var settings = try await options.reader().kafka()
        // At full speed batches are to be large: the embedded broker answers a fetch with one of them a partition.
        if rate == nil, settings.properties["linger.ms"] == nil { settings = settings.adding(["linger.ms": "500"]) }
        let publisher = try TransactionPublisher(
            settings: settings, schema: schema,
            topics: TransactionPublisher.Topics(transactions: topic, labels: labelsTopic),
            eventsPerSecond: rate?.perSecond, logger: Terminal.quietLogger)
        var feed = try TimedFeed(
            files, labelDelayMilliseconds: schema.labelDelayMilliseconds,
            labels: labelsTopic == nil ? .none : labels, order: sort ? .sorted : .verified)
        // The feed stands at its first event: what was skipped to get there does not count.
        let started = ContinuousClock.now
        let bar = Progress("Publishing", total: 0)
        let written = try publisher.publish(&feed) { progress in
            if progress.events % 256 == 0 { bar.update(progress.events, "events, at \(progress.time)") }
            return true
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        let summary = Summary(
            transactions: written.transactions, labels: written.labels, seconds: seconds,
            eventsPerSecond: seconds > 0 ? Double(written.events) / seconds : 0)
        bar.finish(
            "\(written.transactions) transactions and \(written.labels) labels, \(Int(summary.eventsPerSecond)) events/s"
        )
        if output.json { try Terminal.json(summary) }
    }

    private struct Summary: Encodable {
        var transactions: Int
        var labels: Int
        var seconds: Double
        var eventsPerSecond: Double
    }
}

extension FeedLabels: ExpressibleByArgument {}
