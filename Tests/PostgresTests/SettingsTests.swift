import Foundation
import Testing

@testable import Postgres

@Suite struct SettingsTests {
    @Test func readsURLs() throws {
        let text =
            "postgresql://ana:p%40ss%2Fword@db.example:6432/fraud?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3"
            + "&application_name=doctor&target_session_attrs=read-write"
        let settings = try PostgresSettings(url: text)
        #expect(settings.host == "db.example" && settings.port == 6432 && settings.database == "fraud")
        #expect(settings.user == "ana" && settings.password?.revealed == "p@ss/word")
        #expect(settings.sslMode == "verify-full" && settings.sslRootCertificate == "/ca.pem")
        #expect(settings.connectTimeoutMilliseconds == 3000 && settings.applicationName == "doctor")
        #expect(settings.parameters == ["target_session_attrs": "read-write"])
    }

    @Test func passwordsNeverShow() throws {
        let settings = try PostgresSettings(url: "postgresql://ana:hunter2@db/fraud")
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped, "\(Secret("hunter2"))"] {
            #expect(!text.contains("hunter2"))
        }
        let broken = postgresError {
            _ = try PostgresSettings(url: "postgresql://ana:hunter2%zz@db/fraud")
        }
        #expect(broken != nil && !"\(String(describing: broken))".contains("hunter2"))
        #expect(postgresError { _ = try PostgresSettings(url: "host=db port=99999") } != nil)
    }

    @Test func keywordsCarryEverything() {
        let settings = PostgresSettings(
            host: "db", port: 1, database: "d", user: "u", password: Secret("p"), parameters: ["options": "-c a=b"],
            statementTimeoutMilliseconds: 7)
        let keywords = Dictionary(uniqueKeysWithValues: settings.keywords.map { ($0.name, $0.value) })
        #expect(keywords["password"] == "p" && keywords["dbname"] == "d")
        #expect(keywords["options"]?.hasPrefix("-c a=b ") == true)
        #expect(keywords["options"]?.hasSuffix("-c statement_timeout=7") == true)
    }

    @Test func secretFilesLoseTheirLineBreak() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "hunter2 \r\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try Secret(contentsOfFile: path).revealed == "hunter2 ")
    }
}
