import Foundation
import Testing
import Transactions

struct TransactionFileTests {
    private func sparkov() throws -> TransactionSchema {
        try TransactionSchema.load(path: ProjectFiles.path("Schemas/examples/sparkov.yaml"))
    }

    private static let header =
        "transaction_id,timestamp,card_id,merchant,category,amount,lat,long,merch_lat,"
        + "merch_long,city_pop,gender,birth_year,fraud\n"

    private func read(_ text: String, schema: TransactionSchema, name: String = "x.csv") throws -> [LabelledTransaction]
    {
        let directory = try TemporaryDirectory()
        var items: [LabelledTransaction] = []
        try TransactionFile(path: directory.write(name, text), schema: schema).forEach { items.append($0) }
        return items
    }

    @Test func columnsAreMappedByTheSchema() throws {
        let rows =
            "x1,2019-01-01T00:00:01Z,c1,\"Kuvalis, Ltd\",gas,188.59,36.18,-86.741,35.752,-86.314,431336,F,1986,0\n"
            + "x2,2019-01-01 00:00:02,c2,M,gas,-1,,-86.741,35.752,-86.314,nan,,1986,1\n"
            + "x3,2019-01-01 00:00:02,c2,M,gas,1,0,0,0,0,1,F,+1986.5,\n"
        let items = try read(Self.header + rows, schema: sparkov())
        #expect(items.map(\.isFraud) == [false, true, nil])
        #expect(items.map(\.line) == [2, 3, 4])
        #expect(items[0].transaction.entities == ["Kuvalis, Ltd"])
        guard case .number(let kilometres) = items[0].transaction.features[1] else {
            throw DataFileError(file: "", expected: "a distance")
        }
        // Computed with Python's math module.
        #expect(abs(kilometres - 61.169_54) < 1e-4)
        #expect(items[1].transaction.features == [.text("gas"), .missing, .missing, .missing, .number(1986)])
        #expect(items[2].transaction.features[4] == .number(1986.5))
    }

    @Test(arguments: [
        ("x,2019-01-01,c,M,g,abc,0,0,0,0,1,F,1986,0", "x.csv:2: field 'amount': expected a number"),
        ("x,2019-01-01,c,M,g,inf,0,0,0,0,1,F,1986,0", "x.csv:2: field 'amount': expected a finite number"),
        ("x,2019-01-01,c,M,g,,0,0,0,0,1,F,1986,0", "x.csv:2: field 'amount': expected a number"),
        ("x,1.1.2019,c,M,g,1,0,0,0,0,1,F,1986,0", "x.csv:2: field 'timestamp': expected an ISO 8601 time"),
        (
            "x,1019-01-01,c,M,g,1,0,0,0,0,1,F,1986,0",
            "x.csv:2: field 'timestamp': expected no time before 2000-01-01T00:00:00Z"
        ),
        ("x,2019-01-01,,M,g,1,0,0,0,0,1,F,1986,0", "x.csv:2: field 'card_id': expected text that is not empty"),
        ("x,2019-01-01,c,M,g,1,99,0,0,0,1,F,1986,0", "x.csv:2: field 'lat': expected degrees from -90.0 to 90.0"),
        ("x,2019-01-01,c,M,g,1,0,0,0,0,many,F,1986,0", "x.csv:2: field 'city_pop': expected a number"),
    ])
    func badRowsAreErrors(row: String, message: String) throws {
        let schema = try sparkov()
        let error = #expect(throws: DataFileError.self) { try read(Self.header + row + "\n", schema: schema) }
        #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
    }

    @Test func aMissingColumnIsNamedWithTheNearest() throws {
        let schema = try sparkov()
        let error = #expect(throws: DataFileError.self) {
            try read(Self.header.replacing("card_id", with: "cardid"), schema: schema)
        }
        #expect(
            error?.description.hasSuffix(
                "x.csv:1: field 'card_id': expected a column of this name; did you mean 'cardid'?") == true)
    }

    @Test func aFileWithoutLabelsSaysSo() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            "x.csv",
            "transaction_id,time,user_id,amount,terminal_id,merchant_id,device_id,"
                + "category,channel,country,distance_km\n1,2019-01-01,u,1,,,,,,,\n")
        let reader = try TransactionFile(path: path, schema: .demo).reader()
        #expect(!reader.hasLabels)
        #expect(try reader.next()?.isFraud == .some(nil))
    }

    @Test(arguments: ["x.csv", "x.jsonl"])
    func whatIsWrittenIsReadBack(name: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.url.appendingPathComponent(name).path
        let written = [true, false, nil].enumerated().map { index, isFraud in
            LabelledTransaction(
                transaction: Transaction(
                    id: "a,\"\(index)\"\n", user: "ü\r", time: EventTime(milliseconds: 1_772_359_200_501),
                    amount: -0.1 * Double(index), entities: ["x", nil, "y,z"],
                    features: [.text("\""), .missing, .text("é"), .number(1e-7)]),
                isFraud: isFraud, line: 0)
        }
        let writer = try TransactionFileWriter(path: path, schema: .demo)
        for item in written { try writer.write(item.transaction, isFraud: item.isFraud) }
        try writer.close()
        var read: [LabelledTransaction] = []
        try TransactionFile(path: path, schema: .demo).forEach { read.append($0) }
        #expect(read.map(\.transaction) == written.map(\.transaction))
        #expect(read.map(\.isFraud) == written.map(\.isFraud))
    }

    @Test func jsonLinesNameTheLine() throws {
        let good = #"{"id":"1","user":"u","time":"2026-03-01","amount":1}"#
        let items = try read("\(good)\r\n\n\(good)", schema: .demo, name: "x.jsonl")
        #expect(items.map(\.line) == [1, 3])
        let error = #expect(throws: DataFileError.self) {
            try read("\(good)\n{\"id\":\n", schema: .demo, name: "x.jsonl")
        }
        #expect(error?.line == 2)
    }

    @Test func otherNamesAreRefused() throws {
        #expect(throws: DataFileError.self) { try TransactionFile(path: "x.parquet", schema: .demo).reader() }
        #expect(throws: DataFileError.self) { try TransactionFileWriter(path: "/tmp/x.csv.gz", schema: .demo) }
        let schema = try sparkov()
        #expect(throws: DataFileError.self) { try TransactionFileWriter(path: "/tmp/x.csv", schema: schema) }
    }

    @Test func aFullDiskIsAnError() throws {
        let directory = try TemporaryDirectory()
        let path = directory.url.appendingPathComponent("x.jsonl")
        try #require(symlink("/dev/full", path.path) == 0)
        let writer = try TransactionFileWriter(path: path.path, schema: .demo)
        try writer.write(AlertTests.transaction, isFraud: nil)
        #expect(throws: DataFileError.self) { try writer.close() }
    }
}
