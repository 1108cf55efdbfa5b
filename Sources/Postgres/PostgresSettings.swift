/// Where a PostgreSQL server is and how to log in to it; nil leaves a choice to libpq (environment, `~/.pgpass`).
public struct PostgresSettings: Hashable, Sendable {
    /// Host name, address, or the directory of a Unix socket; several may be given, separated by commas.
    public var host: String?
    public var port: Int?
    public var database: String?
    public var user: String?
    public var password: Secret?
    /// `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`.
    public var sslMode: String?
    /// File with the certificates to trust.
    public var sslRootCertificate: String?
    /// Further libpq keywords, such as `sslcert`, `passfile` or `target_session_attrs`.
    public var parameters: [String: String]
    /// Shown in `pg_stat_activity`.
    public var applicationName: String
    /// Bounds connecting, TLS and authentication included.
    public var connectTimeoutMilliseconds: Int
    /// The server gives up a statement after this long (code 57014); nil: never.
    public var statementTimeoutMilliseconds: Int?
    /// The server ends a session that waits this long within a transaction (code 25P03), and what it has locked is free
    /// again; nil: never.
    public var idleTransactionTimeoutMilliseconds: Int?
    /// The connection is given up when an answer takes longer than this, as when a server has frozen; nil: never.
    public var responseTimeoutMilliseconds: Int?

    public init(
        host: String? = nil, port: Int? = nil, database: String? = nil, user: String? = nil, password: Secret? = nil,
        sslMode: String? = nil, sslRootCertificate: String? = nil, parameters: [String: String] = [:],
        applicationName: String = "vigil", connectTimeoutMilliseconds: Int = 10_000,
        statementTimeoutMilliseconds: Int? = nil, idleTransactionTimeoutMilliseconds: Int? = nil,
        responseTimeoutMilliseconds: Int? = 60_000
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.sslMode = sslMode
        self.sslRootCertificate = sslRootCertificate
        self.parameters = parameters
        self.applicationName = applicationName
        self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
        self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
        self.idleTransactionTimeoutMilliseconds = idleTransactionTimeoutMilliseconds
        self.responseTimeoutMilliseconds = responseTimeoutMilliseconds
    }

    /// The same server, another database.
    public func with(database name: String) -> PostgresSettings {
        var copy = self
        copy.database = name
        return copy
    }

    /// libpq's keywords; the session speaks UTF-8, UTC and ISO dates, which the result parsers rely on.
    var keywords: [(name: String, value: String)] {
        var all = parameters
        all["host"] = host ?? all["host"]
        all["port"] = port.map(String.init) ?? all["port"]
        all["dbname"] = database ?? all["dbname"]
        all["user"] = user ?? all["user"]
        all["password"] = password?.revealed ?? all["password"]
        all["sslmode"] = sslMode ?? all["sslmode"]
        all["sslrootcert"] = sslRootCertificate ?? all["sslrootcert"]
        all["application_name"] = all["application_name"] ?? applicationName
        all["client_encoding"] = "UTF8"
        var options = all["options"].map { [$0] } ?? []
        options += ["-c TimeZone=UTC", "-c DateStyle=ISO", "-c bytea_output=hex", "-c client_min_messages=warning"]
        if let statementTimeoutMilliseconds { options.append("-c statement_timeout=\(statementTimeoutMilliseconds)") }
        if let idleTransactionTimeoutMilliseconds {
            options.append("-c idle_in_transaction_session_timeout=\(idleTransactionTimeoutMilliseconds)")
        }
        all["options"] = options.joined(separator: " ")
        return all.map { ($0.key, $0.value) }
    }
}

extension PostgresSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `user@host:port/database sslmode=…`: never the password, nor extra parameters' values.
    public var description: String {
        var text = "\(user.map { $0 + "@" } ?? "")\(host ?? "default host")"
        if let port { text += ":\(port)" }
        text += "/\(database ?? "default database")"
        if let sslMode { text += " sslmode=\(sslMode)" }
        return text
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["settings": description]) }
}
