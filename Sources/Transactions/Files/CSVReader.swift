/// Reads a CSV file (RFC 4180) row by row in constant memory; `.gz` is unpacked on the way.
///
/// Lines may end in LF or CRLF, quoted fields may hold commas, doubled quotes and line ends, a UTF-8 byte order
/// mark is skipped, so are empty lines. Every row must have as many fields as the header.
public final class CSVReader {
    /// The names in the first row.
    public private(set) var header: [String] = []
    private let window: InputWindow
    private var fields: [CSVRow.Field] = []
    private var scratch: [UInt8] = []
    private var consumed = 0
    /// The line that the next row starts on.
    private var line = 1

    /// Opens the file and reads its header.
    public init(path: String) throws(DataFileError) {
        window = try InputWindow(path: path)
        try skipByteOrderMark()
        guard let header = try nextFields() else {
            throw DataFileError(file: path, line: 1, expected: "a header with the names of the columns")
        }
        self.header = header
    }

    /// The file's path.
    public var path: String { window.path }

    /// The next row's fields, or nil at the end.
    public func next() throws(DataFileError) -> [String]? {
        try nextFields()
    }

    private func nextFields() throws(DataFileError) -> [String]? {
        try withNextRow { row in row.fields.indices.map { row.text($0) } }
    }

    /// Hands the next row to the closure; nil at the end.
    func withNextRow<Result>(
        _ body: (CSVRow) throws(DataFileError) -> Result
    ) throws(DataFileError) -> Result? {
        window.consume(consumed)
        consumed = 0
        while true {
            switch try scan() {
            case .incomplete:
                try window.refill(line: line)
            case .end:
                return nil
            case .row(let length, let lines, let isASCII):
                let bytes = UnsafeBufferPointer(rebasing: window.bytes[..<length])
                let first = line
                line += lines
                if fields.isEmpty {
                    window.consume(length)
                    continue
                }
                consumed = length
                guard isASCII || JSONPayload.isUTF8(bytes) else {
                    throw DataFileError(file: path, line: first, expected: "UTF-8 text")
                }
                guard header.isEmpty || fields.count == header.count else {
                    throw DataFileError(
                        file: path, line: first,
                        expected: "\(header.count) fields as in the header, not \(fields.count)")
                }
                return try scratch.withUnsafeBufferPointer { (scratch) throws(DataFileError) in
                    try body(CSVRow(bytes: bytes, scratch: scratch, fields: fields, line: first))
                }
            }
        }
    }

    private func skipByteOrderMark() throws(DataFileError) {
        while window.bytes.count < 3, !window.isAtEnd { try window.refill(line: 1) }
        if window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { window.consume(3) }
    }
}

// Finding one row's fields.
extension CSVReader {
    private enum Scan {
        /// The row's length in bytes with its line end, the lines it spans, whether it is plain ASCII.
        case row(length: Int, lines: Int, isASCII: Bool)
        case incomplete
        case end
    }

    /// Finds the fields of the row at the window's start; an empty line has none.
    private func scan() throws(DataFileError) -> Scan {
        let bytes = window.bytes
        fields.removeAll(keepingCapacity: true)
        scratch.removeAll(keepingCapacity: true)
        if bytes.isEmpty, window.isAtEnd { return .end }
        var position = 0
        var lines = 0
        var high: UInt8 = 0
        while true {
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                guard let end = try quoted(bytes, from: position, lines: &lines, high: &high) else {
                    return .incomplete
                }
                position = end
            } else {
                let start = position
                while position < bytes.count {
                    let byte = bytes[position]
                    if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") { break }
                    if byte == UInt8(ascii: "\"") {
                        throw error(lines, "no quote inside a field that starts without one")
                    }
                    high |= byte
                    position += 1
                }
                if position == bytes.count, !window.isAtEnd { return .incomplete }
                var end = position
                // The carriage return of a CRLF is part of the line's end, not of the field.
                let isLast = position == bytes.count || bytes[position] == UInt8(ascii: "\n")
                if isLast, end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
                if isLast, fields.isEmpty, end == start {
                    return .row(length: min(position + 1, bytes.count), lines: lines + 1, isASCII: true)
                }
                fields.append(CSVRow.Field(start: start, end: end, isInScratch: false))
            }
            if position == bytes.count { return .row(length: position, lines: lines + 1, isASCII: high < 0x80) }
            position += 1
            if bytes[position - 1] == UInt8(ascii: "\n") {
                return .row(length: position, lines: lines + 1, isASCII: high < 0x80)
            }
        }
    }

    /// Reads a quoted field; gives the position of the comma, line feed or end behind it, nil where more is needed.
    private func quoted(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, lines: inout Int, high: inout UInt8
    ) throws(DataFileError) -> Int? {
        let opened = lines
        var position = start + 1
        var clean = position
        let scratchStart = scratch.count
        var hasDoubled = false
        while true {
            guard position < bytes.count else {
                if window.isAtEnd { throw error(opened, "a closing quote") }
                return nil
            }
            let byte = bytes[position]
            high |= byte
            if byte == UInt8(ascii: "\n") { lines += 1 }
            guard byte == UInt8(ascii: "\"") else {
                position += 1
                continue
            }
            guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
            // Keep one of the two quotes.
            scratch.append(contentsOf: bytes[clean...position])
            hasDoubled = true
            position += 2
            clean = position
        }
        if hasDoubled { scratch.append(contentsOf: bytes[clean..<position]) }
        fields.append(
            hasDoubled
                ? CSVRow.Field(start: scratchStart, end: scratch.count, isInScratch: true)
                : CSVRow.Field(start: start + 1, end: position, isInScratch: false))
        position += 1
        if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
        if position == bytes.count { return window.isAtEnd ? position : nil }
        guard bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: "\n") else {
            throw error(lines, "a comma or the line's end after a closing quote")
        }
        return position
    }

    private func error(_ lines: Int, _ expected: String) -> DataFileError {
        DataFileError(file: path, line: line + lines, expected: expected)
    }
}
