/// A question that `/health/ready` asks.
public struct ReadinessCheck: Sendable {
    public var name: String
    /// May take its time, but counts as unhealthy when it takes longer than `ConsoleServer` allows.
    public var check: @Sendable () async -> HealthStatus

    public init(name: String, check: @escaping @Sendable () async -> HealthStatus) {
        self.name = name
        self.check = check
    }

    /// The check's answer, or `unhealthy` where it has none in time. A check that does not end is left behind, not waited
    /// for: the page must answer while a database hangs.
    func status(within limit: Duration) async -> HealthStatus {
        let (answers, answer) = AsyncStream.makeStream(of: HealthStatus.self)
        let asked = Task { answer.yield(await check()) }
        let alarm = Task {
            try await Task.sleep(for: limit)
            answer.yield(.unhealthy("no answer within \(limit)"))
        }
        defer {
            asked.cancel()
            alarm.cancel()
        }
        return await answers.first { _ in true } ?? .unhealthy("cancelled")
    }
}
