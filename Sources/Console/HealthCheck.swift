/// How one part of the program is.
public enum HealthStatus: Hashable, Sendable {
    /// As it should be; with a remark for people, if any.
    case healthy(String? = nil)
    /// Not able to do its work, and why. Shown to whoever asks: no secrets.
    case unhealthy(String)
}

/// A question that a health page asks.
public struct HealthCheck: Sendable {
    public var name: String
    /// May take its time, but counts as unhealthy when it takes longer than `ConsoleServer` allows.
    public var check: @Sendable () async -> HealthStatus

    public init(_ name: String, _ check: @escaping @Sendable () async -> HealthStatus) {
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
