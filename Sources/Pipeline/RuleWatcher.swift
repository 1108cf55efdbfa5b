internal import CoreMetrics
internal import Logging
internal import Rules

/// Follows the rules: a change that is sound goes to the processor, which takes it up between two batches; one that is
/// not is refused with all that is wrong with it, and the rules in force stay.
///
/// Runs on a thread of its own and owns its loader.
final class RuleWatcher {
    private let loader: RuleLoader
    private let inbox: BoundedQueue<ProcessorMessage>
    private let interval: Double
    private let stopping: StopFlag
    private let metrics: PipelineMetrics
    private let logger: Logger
    private var current: RuleSet
    private var seen: [String]?
    /// What was told of the last refusal; once its lists are watched too, it is tried again, and not told twice.
    private var refusal: String?

    init(
        _ current: RuleSet, loader: RuleLoader, inbox: BoundedQueue<ProcessorMessage>, intervalMilliseconds: Int64,
        stopping: StopFlag, metrics: PipelineMetrics, logger: Logger
    ) {
        self.current = current
        self.loader = loader
        self.inbox = inbox
        interval = Double(intervalMilliseconds) / 1000
        self.stopping = stopping
        self.metrics = metrics
        self.logger = logger
    }

    /// Works until the service stops; a database that is away is waited for.
    func run() {
        while !stopping.isStopping {
            do {
                try look()
            } catch {
                logger.warning("Rules not looked at", metadata: ["error": "\(error)"])
            }
            stopping.wait(upTo: interval)
        }
    }

    private func look() throws {
        let found = try loader.fingerprint(current)
        guard found != seen else { return }
        let refused = loader.refusedRowCount
        defer { metrics.ruleRefusals.increment(by: loader.refusedRowCount - refused) }
        do {
            let rules = try loader.load()
            seen = found
            refusal = nil
            guard rules.hash != current.hash else { return }
            let known = Set(current.velocityDeclarations.map(\.name))
            for velocity in rules.velocityDeclarations where !known.contains(velocity.name) {
                logger.notice("An aggregate begins empty", metadata: ["velocity": "\(velocity.name)"])
            }
            current = rules
            metrics.ruleReloads.increment()
            inbox.sendNow(.rules(rules))
        } catch let error where error is RuleSetError || error is RuleLoader.Refusal {
            seen = found
            guard refusal != "\(error)" else { return }
            refusal = "\(error)"
            if loader.refusedRowCount == refused { metrics.ruleRefusals.increment() }
            logger.error("Rules refused; those in force stay", metadata: ["why": "\(error)"])
        }
    }
}
