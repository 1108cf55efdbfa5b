import ArgumentParser

/// Options of every command that talks to a configured deployment.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "Configuration file (YAML); VIGIL_… variables and flags stand above it.")
    var config: String?

    @Option(name: .long, help: "Kafka's bootstrap servers.")
    var brokers: String?

    @Option(name: .customLong("set"), help: "Any setting as key=value, such as --set kafka.group=fraud.")
    var settings: [String] = []

    func reader(adding more: [String: String] = [:]) async throws -> SettingsReader {
        var flags = more
        if let brokers { flags["kafka.bootstrap_servers"] = brokers }
        for pair in settings {
            guard let separator = pair.firstIndex(of: "="), SettingsKeys.all.contains(String(pair[..<separator])) else {
                throw SettingsFault(
                    field: "--set \(pair.prefix { $0 != "=" })", expected: "key=value with a known key expected")
            }
            flags[String(pair[..<separator])] = String(pair[pair.index(after: separator)...])
        }
        return try await SettingsReader(file: config, flags: flags)
    }
}
