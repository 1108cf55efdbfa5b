internal import CLibPQ

extension PostgresSettings {
    /// Settings from `postgresql://user:password@host:port/database?sslmode=…` or from `host=… user=…`, as libpq reads
    /// them.
    ///
    /// - Throws: `PostgresError` without the text itself, which may hold a password.
    public init(url text: String) throws(PostgresError) {
        var fault: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &fault) else {
            PQfreemem(fault)
            throw PostgresError(
                message: "the connection string is not valid",
                hint: "expected postgresql://user@host:port/database, reserved characters percent-encoded",
                operation: "read settings")
        }
        defer { PQconninfoFree(options) }
        self.init()
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                try take(String(cString: keyword), String(cString: value))
            }
            option += 1
        }
    }

    private mutating func take(_ keyword: String, _ value: String) throws(PostgresError) {
        switch keyword {
        case "host": host = value
        case "port" where value.contains(","): parameters["port"] = value
        case "port": port = try Self.number(value, keyword, in: 1...65_535)
        case "dbname": database = value
        case "user": user = value
        case "password": password = Secret(value)
        case "sslmode": sslMode = value
        case "sslrootcert": sslRootCertificate = value
        case "application_name": applicationName = value
        case "connect_timeout": connectTimeoutMilliseconds = try Self.number(value, keyword, in: 1...86_400) * 1000
        default: parameters[keyword] = value
        }
    }

    private static func number(
        _ text: String, _ keyword: String, in range: ClosedRange<Int>
    ) throws(PostgresError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw PostgresError(message: "\(keyword) must be a number in \(range)", operation: "read settings")
        }
        return number
    }
}
