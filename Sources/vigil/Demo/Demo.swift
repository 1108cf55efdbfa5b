import Foundation
import Kafka
import Logging
import Pipeline
import Postgres
import Rules
import Scoring
import Sequences
import ServiceLifecycle
import Simulation
import Training
import Transactions

/// The demo's steps: train on the past, publish past and future, score, show.
struct Demo {
    /// Events the processor may be behind: the embedded broker keeps only 5 MiB a partition.
    static let leadLimit = 60_000

    let stack: DemoStack
    let settings: SimulationSettings

    /// The moment up to which the model may learn; everything from here on is scored unseen.
    var cutOff: EventTime {
        settings.start.advanced(byMilliseconds: Int64(settings.days * 3 / 4) * EventTime.millisecondsPerDay)
    }

    /// Pretrains and fine-tunes a small model on everything known at the cut-off.
    func train() throws -> Model {
        var options = TrainingOptions()
        options.untilMilliseconds = cutOff.milliseconds
        options.pretrainingEpochs = 1
        options.seed = settings.seed
        var builder = HistoricalDatasetBuilder(
            schema: Simulator.schema, historyCapacity: options.layers * (options.window - 1) + 1)
        var simulator = Simulator(settings)
        let bar = Progress("Simulating", total: settings.days)
        var counts = (transactions: 0, frauds: 0)
        while let item = simulator.next() {
            if item.transaction.time < cutOff { builder.add(item.transaction, isFraud: item.isFraud) }
            counts.transactions += 1
            if item.isFraud == true { counts.frauds += 1 }
            if counts.transactions % 1024 == 0 { bar.update(Int(item.transaction.time.days - settings.start.days)) }
        }
        bar.finish(
            "\(counts.transactions) transactions of \(settings.users) users in \(settings.days) days, "
                + "\(counts.frauds) of them fraud")
        let training = TrainingBar()
        let (model, _) = try Trainer(options).train(builder.finished()) { training.update($0) }
        training.finish()
        return model
    }

    /// What the run left behind, and the truth to hold it against.
    struct Outcome {
        var events: Int64
        var seconds: Double
        var frauds: Set<String>
    }

    /// Publishes all days to Kafka and runs the processor over them until everything is committed and published.
    func process(with model: Model) async throws -> Outcome {
        var configuration = PipelineConfiguration(
            kafka: stack.broker.settings, postgres: stack.server.settings, model: model,
            rules: try RuleSet.load(text: DemoRules.yaml, file: "the demo's rules", schema: Simulator.schema),
            pseudonymizer: Pseudonymizer(key: Array(DemoFiles.key.utf8)), owner: "demo")
        configuration.topics = stack.topics
        let service = PipelineService(configuration, logger: Logger(label: "vigil"))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: service, failureTerminationBehavior: .cancelGroup)],
                logger: Logger(label: "vigil")))
        return try await withThrowingTaskGroup(of: Outcome?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask {
                defer { Task { await group.triggerGracefulShutdown() } }
                return try await blocking { try publishAndWait() }
            }
            var outcome: Outcome?
            for try await result in tasks { outcome = result ?? outcome }
            guard let outcome else { throw Failure("the processor ended before everything was published") }
            return outcome
        }
    }

    private func publishAndWait() throws -> Outcome {
        let connection = try PostgresConnection(stack.server.settings)
        defer { connection.close() }
        let reader = DemoOutcome(connection: connection)
        let publisher = try TransactionPublisher(
            settings: stack.broker.settings, schema: Simulator.schema,
            topics: .init(transactions: stack.topics.transactions, labels: stack.topics.labels))
        var truth = TruthRecorder(source: Simulator(settings), from: cutOff)
        while try truth.next() != nil {}
        var feed = try TimedFeed(
            Simulator(settings),
            labelDelayMilliseconds: Simulator.schema.labelDelayMilliseconds)
        // Labels that become known after the last transaction are of no use to anyone here.
        let end = settings.start.advanced(byMilliseconds: Int64(settings.days) * EventTime.millisecondsPerDay)
        let bar = Progress("Scoring", total: truth.count * 2)
        var started: Date?
        let published = try publisher.publish(&feed) { progress in
            if progress.events % 4096 == 0 {
                var done = try reader.progress().events
                while Int64(progress.events) - done > Self.leadLimit {
                    Thread.sleep(forTimeInterval: 0.02)
                    done = try reader.progress().events
                    if done > 0 { started = started ?? Date() }
                    bar.update(Int(done))
                }
            }
            return progress.time < end
        }
        var done: Int64 = 0
        while done < published.events {
            done = try reader.progress().events
            if done > 0 { started = started ?? Date() }
            bar.update(Int(done))
            Thread.sleep(forTimeInterval: 0.02)
        }
        while try reader.unpublishedCount() > 0 { Thread.sleep(forTimeInterval: 0.02) }
        bar.finish("\(done) events")
        return Outcome(
            events: done, seconds: max(0.001, Date().timeIntervalSince(started ?? Date())), frauds: truth.frauds)
    }

    /// Reads everything back as a user would and prints it.
    func show(_ outcome: Outcome, seconds: Double) throws -> DemoReport {
        let connection = try PostgresConnection(stack.server.settings)
        defer { connection.close() }
        let reader = DemoOutcome(connection: connection)
        let flagged = try reader.flagged(from: cutOff)
        let caught = Double(flagged.intersection(outcome.frauds).count)
        let review = try ReviewTopicContents(settings: stack.broker.settings, topic: stack.topics.review)
        let report = DemoReport(
            events: outcome.events, eventsPerSecond: (Double(outcome.events) / outcome.seconds).rounded(),
            alerts: try reader.alertCount(), reviewEvents: review.alertIDs.count,
            recall: outcome.frauds.isEmpty ? 0 : caught / Double(outcome.frauds.count),
            precision: flagged.isEmpty ? 0 : caught / Double(flagged.count), seconds: seconds)
        Terminal.say("\nThe ten highest alerts (vigil.alerts):")
        for line in try reader.topAlerts().lines() { Terminal.say("  \(line)") }
        Terminal.say("\nThree events of the topic '\(stack.topics.review)':")
        for line in review.examples { Terminal.say("  \(line)") }
        Terminal.say(
            String(
                format: "\n%d events, %.0f a second; %d alerts in PostgreSQL, %d in the review topic", report.events,
                report.eventsPerSecond, report.alerts, report.reviewEvents))
        Terminal.say(
            String(
                format: "From %@ on, unseen in training: recall %.3f, precision %.3f (%d frauds)",
                cutOff.iso8601, report.recall, report.precision, outcome.frauds.count))
        return report
    }
}

/// Runs blocking work on a thread of its own.
func blocking<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try body() }) }.start()
    }
}
