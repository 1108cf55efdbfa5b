import ArgumentParser
import Console
import Foundation
import Kafka
import Logging
import Metrics
import Pipeline
import Rules
import Scoring
import ServiceLifecycle
import UnixSignals

/// `vigil run`: the stream processor.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Consumes transactions, scores them, writes alerts and publishes them for review.",
        discussion: """
            Runs until SIGTERM or SIGINT, then commits what is decided and leaves the group. Logs are JSON lines on \
            standard error; metrics and health are served over HTTP.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Model directory; stands above model.path.")
    var model: String?

    @Option(help: "Adapter of the model directory; stands above model.adapter.")
    var adapter: String?

    @Option(help: "Rule set; stands above rules.path.")
    var rules: String?

    @Option(
        help: ArgumentHelp(
            "Bound on the memory of hot users, such as 2GiB; stands above state.memory.", valueName: "size"))
    var stateMemory: String?

    func run() async throws { try await run { _ in } }

    /// - Parameter change: what is asked of the pipeline beside the settings.
    func run(changing change: (inout PipelineConfiguration) -> Void) async throws {
        var flags: [String: String] = [:]
        flags["model.path"] = model
        flags["model.adapter"] = adapter
        flags["rules.path"] = rules
        flags["state.memory"] = stateMemory
        var settings = try RunSettings(try await options.reader(adding: flags))
        change(&settings.pipeline)
        let level = settings.logLevel
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level) }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let logger = Logger(label: "vigil")
        let pipeline = PipelineService(settings.pipeline, logger: logger)
        let console = try ConsoleServer(
            ConsoleSettings(address: settings.consoleAddress, port: settings.consolePort), registry: registry,
            checks: [ReadinessCheck(name: "processor") { pipeline.readiness.current.health }], logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: console, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: pipeline, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        logger.info(
            "Starting",
            metadata: [
                "model": "\(settings.pipeline.model.hash)", "rules": "\(settings.pipeline.rules.hash)",
                "brokers": "\(settings.pipeline.kafka.bootstrapServers)", "group": "\(settings.pipeline.group)",
                "version": "\(Version.current)",
            ])
        try await group.run()
        logger.info("Stopped")
    }
}
