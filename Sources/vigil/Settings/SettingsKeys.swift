/// Every key of the configuration file, in the file's order. Environment: `VIGIL_` and the key in capitals, dots as `_`.
enum SettingsKeys {
    static let all: [String] = [
        "kafka.bootstrap_servers", "kafka.group", "kafka.security_protocol", "kafka.sasl_mechanism",
        "kafka.sasl_username", "kafka.sasl_password", "kafka.sasl_password_file", "kafka.ssl_ca_location",
        "kafka.ssl_certificate_location", "kafka.ssl_key_location", "kafka.ssl_key_password",
        "kafka.ssl_key_password_file", "kafka.properties",
        "topics.transactions", "topics.labels", "topics.review", "topics.dead_letters", "topics.sequences",
        "topics.entities",
        "postgres.url", "postgres.host", "postgres.port", "postgres.database", "postgres.user", "postgres.password",
        "postgres.password_file", "postgres.sslmode", "postgres.sslrootcert", "postgres.parameters",
        "model.path", "model.adapter", "model.reload", "model.shadow", "rules.path", "rules.table", "rules.refresh",
        "decision.review", "decision.decline",
        "privacy.user_ids", "privacy.key", "privacy.key_file",
        "input.schema", "input.form", "input.maximum_bytes", "input.earliest", "input.maximum_ahead",
        "state.memory", "state.cache_precision", "state.checkpoint_interval", "scoring.threads",
        "alignment.idle_grace", "alignment.maximum_wait",
        "console.address", "console.port", "log.level", "owner",
    ]
}
