import Foundation
import Logging
import Transactions

/// What goes to the person at the terminal: standard error, so that standard output stays for data.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) != 0

    /// For libraries whose errors come back to the caller, where they are told once and in full.
    static let quietLogger = Logger(label: "vigil") { _ in SwiftLogNoOpLogHandler() }

    /// What is in a file that a person names.
    static func input(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw DataFileError(file: path, expected: "a readable file (\(error.localizedDescription))")
        }
    }

    /// One line to standard error.
    static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Text over the current line, for progress.
    static func overwrite(_ line: String) {
        FileHandle.standardError.write(Data(("\r\u{1B}[2K" + line).utf8))
    }

    /// One line of data to standard output.
    static func data(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Text from outside without what a terminal would obey: control characters and direction marks become `?`.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "?"
                    default: scalar
                    }
                }))
    }

    /// One JSON object on standard output.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
    }
}
