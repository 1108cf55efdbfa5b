internal import FoundationEssentials

/// One numbered step of the schema.
public struct Migration: Hashable, Sendable {
    public var version: Int
    public var name: String
    public var sql: String

    public init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// From a file's name, such as `002_alerts.sql`, and its text.
    ///
    /// - Throws: `MigrationError.malformedName` without a number, an underscore and a name.
    public init(fileName: String, sql: String) throws(MigrationError) {
        let parts = fileName.dropLast(4).split(separator: "_", maxSplits: 1)
        guard fileName.hasSuffix(".sql"), parts.count == 2, let version = Int(parts[0]), version > 0 else {
            throw .malformedName(fileName)
        }
        self.init(version: version, name: String(parts[1]), sql: sql)
    }

    /// The migrations this binary was built with: the files of `Schemas/sql`.
    public static let builtIn: [Migration] = [
        Migration(version: 1, name: "progress", sql: text(PackageResources._01_progress_sql)),
        Migration(version: 2, name: "alerts", sql: text(PackageResources._02_alerts_sql)),
        Migration(version: 3, name: "analyst_views", sql: text(PackageResources._03_analyst_views_sql)),
        Migration(version: 10, name: "exceptions", sql: text(PackageResources._10_exceptions_sql)),
        Migration(version: 20, name: "replays", sql: text(PackageResources._20_replays_sql)),
        Migration(version: 30, name: "rules", sql: text(PackageResources._30_rules_sql)),
        Migration(version: 31, name: "shadow_models", sql: text(PackageResources._31_shadow_models_sql)),
        Migration(version: 32, name: "allowed_events", sql: text(PackageResources._32_allowed_events_sql)),
        Migration(version: 33, name: "aggregate_starts", sql: text(PackageResources._33_aggregate_starts_sql)),
        Migration(version: 34, name: "restore_users", sql: text(PackageResources._34_restore_users_sql)),
    ]

    /// The migrations of a directory: its files that end in `.sql`, by number.
    public static func load(directory: String) throws -> [Migration] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".sql") }
        return try names.map { name in
            let sql = try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
            return try Migration(fileName: name, sql: sql)
        }
        .sorted { $0.version < $1.version }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
