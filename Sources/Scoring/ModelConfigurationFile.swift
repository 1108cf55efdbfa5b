import Transformer

/// What `config.json` holds.
struct ModelConfigurationFile: Codable {
    static let currentVersion = 1

    var version = Self.currentVersion
    var threshold: Float
    var transformer: TransformerConfiguration
}
