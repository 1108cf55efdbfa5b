internal import Dispatch
internal import Foundation
internal import Kafka
public import Logging
internal import Scoring
public import ServiceLifecycle
internal import Synchronization

/// The processor as a service: three threads (intake, processor, committer) that live and end together.
public struct PipelineService: Service {
    private let configuration: PipelineConfiguration
    private let logger: Logger
    /// For `/health/ready`.
    public let readiness = Readiness()

    public init(_ configuration: PipelineConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until a graceful shutdown or cancellation; returns once everything decided is committed.
    ///
    /// - Throws: the first thread's error; nothing undecided was committed.
    public func run() async throws {
        let stopping = StopFlag()
        let stopSeconds = configuration.stopSeconds
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await work(until: stopping)
        } onCancelOrGracefulShutdown: {
            stopping.stop(within: stopSeconds)
        }
    }

    private func work(until stopping: StopFlag) async throws {
        let threads = PipelineThreads(configuration, stopping: stopping, readiness: readiness, logger: logger)
        readiness.set(.starting)
        do {
            try await threads.run()
        } catch {
            readiness.set(.failed("\(error)"))
            throw error
        }
        readiness.set(.stopping)
    }
}
