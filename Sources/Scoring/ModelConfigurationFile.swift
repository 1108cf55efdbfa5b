import Transformer

/// What `config.json` holds.
struct ModelConfigurationFile: Codable {
    static let currentVersion = 1

    var version = Self.currentVersion
    var threshold: Float
    var transformer: TransformerConfiguration
    /// The adapter that is put on where none is asked for.
    var adapter: String?
}
