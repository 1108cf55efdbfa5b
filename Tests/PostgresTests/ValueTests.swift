import Testing

@testable import Postgres

@Suite struct ValueTests {
    private let database: TestDatabase
    private let connection: PostgresConnection

    init() throws {
        database = try TestDatabase()
        connection = try database.connect()
    }

    private static let oddTexts = [
        "", "it's", #"back\slash"#, "\"quoted\"", "tab\tnew\nline\rreturn", "zażółć 日本 🧾 e\u{301}",
        "$1; DROP TABLE x; --",
        #"\."#, #"\N"#, "{a,b}", "NULL", "%s", " ",
    ]

    private func echo<Value: PostgresDecodable>(_ value: PostgresValue, as type: Value.Type = Value.self) throws
        -> Value
    {
        try connection.execute("SELECT $1", [value]).single()
    }

    @Test func textsComeBackAsTheyWent() throws {
        for text in Self.oddTexts { #expect(try echo(.text(text)) == text) }
        let many = try connection.execute("SELECT unnest($1)", [.texts(Self.oddTexts + [nil])])
        #expect(try many.map { try $0.value("unnest", as: String?.self) } == Self.oddTexts + [nil])
    }

    @Test func numbersComeBackBitForBit() throws {
        for number in [Int64.min, -1, 0, 1, Int64.max] { #expect(try echo(.int64(number)) == number) }
        let doubles = [0.1, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1.0 / 3]
        for number in doubles { #expect(try echo(.double(number), as: Double.self).bitPattern == number.bitPattern) }
        #expect(try echo(.double(.nan), as: Double.self).isNaN)
        for number in [Float(0.1), .leastNonzeroMagnitude, 16_777_216] { #expect(try echo(.float(number)) == number) }
        #expect(try echo(.int32(-7), as: Int.self) == -7)
        #expect(try echo(.bool(true)) == true)
        #expect(try echo(.bool(false)) == false)
    }

    @Test func bytesIdentifiersAndJSON() throws {
        let bytes = (0...255).map { UInt8($0) }
        #expect(try echo(.bytes(bytes)) == bytes)
        #expect(try echo(.bytes([]), as: [UInt8].self).isEmpty)
        let id = "123e4567-e89b-12d3-a456-426614174000"
        #expect(try echo(.uuid(id), as: String.self) == id)
        #expect(try echo(.uuid("123E4567E89B12D3A456426614174000"), as: String.self) == id)
        for wrong in ["", "123", id + "0", "x23e4567-e89b-12d3-a456-426614174000", "ü"] {
            #expect(postgresError { _ = try echo(.uuid(wrong), as: String.self) }?.sqlState == "22P02")
        }
        let name: String = try connection.execute(#"SELECT $1->>'a'"#, [.json(#"{"a": "it's 🧾"}"#)]).single()
        #expect(name == "it's 🧾")
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01 00:00:00+00"), (1_533_686_400_250, "2018-08-08 00:00:00.25+00"),
        (-1, "1969-12-31 23:59:59.999+00"), (-62_135_596_800_000, "0001-01-01 00:00:00+00"),
        (-62_167_219_200_001, "0002-12-31 23:59:59.999+00 BC"), (253_402_300_800_000, "10000-01-01 00:00:00+00"),
        (951_782_400_000, "2000-02-29 00:00:00+00"),
    ])
    func momentsComeBackToTheMillisecond(milliseconds: Int64, text: String) throws {
        let value = PostgresValue.timestamp(milliseconds: milliseconds)
        #expect(try echo(value, as: String.self) == text)
        #expect(try echo(value, as: PostgresTimestamp.self).milliseconds == milliseconds)
    }

    @Test func momentsOutOfRangeAreErrors() {
        for milliseconds in [Int64.max, .min, 9_300_000_000_000_000] {
            let error = postgresError { _ = try echo(.timestamp(milliseconds: milliseconds), as: String.self) }
            #expect(error?.sqlState == "22008")
        }
        #expect(PostgresTimestamp(text: "infinity") == nil)
    }

    @Test func nullsAndArrays() throws {
        #expect(try echo(.text(nil), as: String?.self) == nil)
        #expect(try echo(.double(nil), as: Double?.self) == nil)
        #expect(try echo(.int64s([])) == "{}")
        #expect(try echo(.int64s([1, nil, -3])) == "{1,NULL,-3}")
        #expect(try echo(.int32s([1, nil])) == "{1,NULL}")
        #expect(try echo(.bools([true, nil, false])) == "{t,NULL,f}")
        #expect(try echo(.floats([0.5])) == "{0.5}")
        #expect(try echo(.doubles([0.25, .nan])) == "{0.25,NaN}")
        #expect(try echo(.timestamps(milliseconds: [0])) == #"{"1970-01-01 00:00:00+00"}"#)
        #expect(try echo(.jsons(["[1]", nil])) == "{[1],NULL}")
        #expect(try echo(.uuids([nil])) == "{NULL}")
        let found: Int = try connection.execute(
            "SELECT count(*) FROM generate_series(1, 9) n WHERE n = ANY($1)", [.int64s([2, 5, 99])]
        ).single()
        #expect(found == 2)
    }

    @Test func anotherTypeIsAnError() throws {
        #expect(postgresError { _ = try echo(.text("1"), as: Int.self) }?.message.contains("type 25") == true)
        #expect(postgresError { _ = try echo(.text(nil), as: String.self) }?.message.contains("NULL") == true)
        #expect(postgresError { _ = try echo(.int64(5_000_000_000), as: Int32.self) } != nil)
        let row = try #require(try connection.execute("SELECT 1 AS a").first)
        #expect(postgresError { _ = try row.value("b", as: Int.self) }?.message.contains("'b'") == true)
    }

    @Test func zeroCharacterIsRefusedNotCutOff() throws {
        #expect(postgresError { _ = try echo(.text("a\0b"), as: String.self) }?.sqlState == "22021")
        #expect(try echo(.text(PostgresValue.storable("a\0b"))) == "a\u{FFFD}b")
    }

    @Test func injectionStaysData() throws {
        try connection.run(script: "CREATE TABLE people (name text)")
        let attack = "x'); DROP TABLE people; --"
        _ = try connection.execute("INSERT INTO people VALUES ($1)", [.text(attack)])
        let found: Int = try connection.execute("SELECT count(*) FROM people WHERE name = $1", [.text(attack)]).single()
        #expect(found == 1)
        let odd = #"we"ird'; DROP TABLE people; --"#
        try connection.run(script: "CREATE TABLE \(try PostgresConnection.quoted(identifier: odd)) (n int)")
        #expect(try connection.execute("SELECT FROM pg_class WHERE relname = $1", [.text(odd)]).count == 1)
        #expect(postgresError { _ = try PostgresConnection.quoted(identifier: "a\0") } != nil)
    }
}
