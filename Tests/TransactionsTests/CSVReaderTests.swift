import Testing
import Transactions

struct CSVReaderTests {
    private func rows(_ text: String, name: String = "x.csv") throws -> [[String]] {
        let directory = try TemporaryDirectory()
        let reader = try CSVReader(path: directory.write(name, text))
        var rows = [reader.header]
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    @Test func quotesLineEndsAndByteOrderMark() throws {
        let text = "\u{FEFF}a,b,c\r\n1,\"x,\"\"y\"\"\r\nz\",\r\n\r\n\"\",\" q \",\"\"\"\"\n,,\nü,é,\"ß\""
        #expect(
            try rows(text) == [
                ["a", "b", "c"], ["1", "x,\"y\"\r\nz", ""], ["", " q ", "\""], ["", "", ""], ["ü", "é", "ß"],
            ])
    }

    /// Rows of all lengths against a reader that has the whole text: the window moves and grows under them.
    @Test func longRowsAcrossReads() throws {
        var random = SeededGenerator(seed: 5)
        var expected: [[String]] = [["a", "b"]]
        var text = "a,b\n"
        for length in [0, 1, 100, 300_000, 5, 600_000, 2]
            + (0..<300).map({ _ in Int.random(in: 0...3000, using: &random) })
        {
            let inner = String(repeating: "x\"y,\nz", count: length / 6)
            expected.append(["k\(length)", inner])
            text += "k\(length),\"\(inner.replacing("\"", with: "\"\""))\"\n"
        }
        #expect(try rows(text) == expected)
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", "x.csv:3: expected 2 fields as in the header, not 1"),
        ("a,b\n1,2,3\n", "x.csv:2: expected 2 fields as in the header, not 3"),
        ("a,b\n\"x\n\",2\n3,\"4\n5", "x.csv:4: expected a closing quote"),
        ("a,b\n1,x\"y\n", "x.csv:2: expected no quote inside a field that starts without one"),
        ("a,b\n\"1\"2,3\n", "x.csv:2: expected a comma or the line's end after a closing quote"),
        ("", "x.csv:1: expected a header with the names of the columns"),
    ])
    func errorsNameTheLine(text: String, message: String) {
        let error = #expect(throws: DataFileError.self) { try rows(text) }
        #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
    }

    @Test func invalidUTF8NamesTheLine() throws {
        let directory = try TemporaryDirectory()
        let reader = try CSVReader(path: directory.write("x.csv", Array("a\nb\n".utf8) + [0xFF, 0x0A]))
        #expect(try reader.next() == ["b"])
        let error = #expect(throws: DataFileError.self) { try reader.next() }
        #expect(error?.line == 3)
    }

    @Test func gzipIsUnpacked() throws {
        let directory = try TemporaryDirectory()
        let text = "a,b\n" + (0..<100_000).map { "\($0),\($0 * 7)\n" }.joined()
        let packed = try gzipped(text)
        let reader = try CSVReader(path: directory.write("x.csv.gz", packed))
        var count = 0
        while let row = try reader.next() {
            if row != ["\(count)", "\(count * 7)"] { Issue.record("row \(count) is \(row)") }
            count += 1
        }
        #expect(count == 100_000)
    }

    @Test func aTruncatedArchiveIsAnError() throws {
        let directory = try TemporaryDirectory()
        let packed = try gzipped("a,b\n" + (0..<100_000).map { "\($0),\($0 * 7)\n" }.joined())
        let reader = try CSVReader(path: directory.write("x.csv.gz", packed.prefix(packed.count - 20)))
        let error = #expect(throws: DataFileError.self) { while try reader.next() != nil {} }
        #expect(error?.expected == "a whole gzip archive (it is damaged or cut short)")
        #expect(error?.file.hasSuffix("x.csv.gz") == true)
    }

    @Test func whatIsNoArchiveIsAnError() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: DataFileError.self) {
            try CSVReader(path: directory.write("x.csv.gz", "a,b\n1,2\n"))
        }
        #expect(error?.expected.contains("gzip") == true)
    }

    /// A reader given up half-way must not leave gzip behind; closing waits for it, so this would hang.
    @Test func aReaderGivenUpEndsItsChild() throws {
        let directory = try TemporaryDirectory()
        let packed = try gzipped("a\n" + String(repeating: "1\n", count: 4_000_000))
        for _ in 0..<3 {
            let reader = try CSVReader(path: directory.write("x.csv.gz", packed))
            #expect(try reader.next() == ["1"])
        }
    }
}
