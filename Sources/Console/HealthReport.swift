internal import FoundationEssentials

/// The answers of several checks, as the health pages print them.
struct HealthReport: Codable, Equatable {
    struct Entry: Codable, Equatable {
        var name: String
        var healthy: Bool
        var detail: String?
    }

    var healthy: Bool
    var checks: [Entry]

    /// Asks all checks at once.
    init(asking checks: [ReadinessCheck], within limit: Duration) async {
        let entries = await withTaskGroup(of: (Int, Entry).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, Entry(check.name, await check.status(within: limit))) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        self.checks = entries.sorted { $0.0 < $1.0 }.map(\.1)
        healthy = self.checks.allSatisfy(\.healthy)
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try encoder.encode(self)
    }
}

extension HealthReport.Entry {
    init(_ name: String, _ status: HealthStatus) {
        self.name = name
        switch status {
        case .healthy(let remark): (healthy, detail) = (true, remark)
        case .unhealthy(let reason): (healthy, detail) = (false, reason)
        }
    }
}
