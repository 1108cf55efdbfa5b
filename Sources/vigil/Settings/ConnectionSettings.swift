import Kafka
import Postgres

extension SettingsReader {
    /// Kafka's servers, TLS and SASL; `kafka.properties` reaches everything else that librdkafka can be told.
    func kafka() throws -> KafkaSettings {
        var properties: [String: String] = [:]
        for pair in texts("kafka.properties") {
            guard let separator = pair.firstIndex(of: "=") else {
                throw fault("kafka.properties", "entries of the form name=value expected")
            }
            properties[String(pair[..<separator])] = String(pair[pair.index(after: separator)...])
        }
        let named = [
            ("kafka.security_protocol", "security.protocol"), ("kafka.sasl_mechanism", "sasl.mechanism"),
            ("kafka.sasl_username", "sasl.username"), ("kafka.ssl_ca_location", "ssl.ca.location"),
            ("kafka.ssl_certificate_location", "ssl.certificate.location"),
            ("kafka.ssl_key_location", "ssl.key.location"),
        ]
        for (key, property) in named { if let value = text(key) { properties[property] = value } }
        if let password = try secret("kafka.sasl_password") { properties["sasl.password"] = password }
        if let password = try secret("kafka.ssl_key_password") { properties["ssl.key.password"] = password }
        let settings = KafkaSettings(
            bootstrapServers: try required("kafka.bootstrap_servers"), properties: properties)
        do {
            try settings.validate()
        } catch {
            throw fault("kafka", "\(error.message)")
        }
        return settings
    }

    /// PostgreSQL's server and login. Over a network its certificate is verified unless `sslmode` says otherwise.
    func postgres() throws -> PostgresSettings {
        var settings: PostgresSettings
        if let url = text("postgres.url", isSecret: true) {
            do {
                settings = try PostgresSettings(url: url)
            } catch {
                throw fault("postgres.url", "a URL like postgresql://user@host:5432/database expected")
            }
        } else {
            settings = PostgresSettings(
                host: text("postgres.host"), port: try int("postgres.port", in: 1...65_535),
                database: text("postgres.database"), user: text("postgres.user"))
        }
        if let password = try secret("postgres.password") { settings.password = Secret(password) }
        let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
        if text("postgres.sslmode") != nil {
            settings.sslMode = try choice("postgres.sslmode", among: modes, default: "verify-full")
        }
        if settings.sslMode == nil { settings.sslMode = isLocal(settings.host) ? "prefer" : "verify-full" }
        if let certificate = text("postgres.sslrootcert") { settings.sslRootCertificate = certificate }
        for pair in texts("postgres.parameters") {
            guard let separator = pair.firstIndex(of: "=") else {
                throw fault("postgres.parameters", "entries of the form name=value expected")
            }
            settings.parameters[String(pair[..<separator])] = String(pair[pair.index(after: separator)...])
        }
        return settings
    }

    private func isLocal(_ host: String?) -> Bool {
        guard let host else { return true }
        return host.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(host)
    }
}
