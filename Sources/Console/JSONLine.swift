internal import Logging

/// Builds one JSON object on one line.
struct JSONLine {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func field(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    mutating func field(_ name: String, _ value: Logger.MetadataValue) {
        key(name)
        append(value)
    }

    /// The line with its end.
    consuming func finished() -> [UInt8] {
        bytes += Array("}\n".utf8)
        return bytes
    }

    private mutating func key(_ name: String) {
        if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let value): convertible(value)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(value)
            }
            bytes.append(UInt8(ascii: "]"))
        case .dictionary(let values):
            bytes.append(UInt8(ascii: "{"))
            for (name, value) in values.sorted(by: { $0.key < $1.key }) { field(name, value) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Numbers stay numbers, so that they can be searched by range.
    private mutating func convertible(_ value: any CustomStringConvertible) {
        switch value {
        case let number as any BinaryInteger: bytes += Array("\(number)".utf8)
        case let number as Double where number.isFinite: bytes += Array("\(number)".utf8)
        case let number as Float where number.isFinite: bytes += Array("\(number)".utf8)
        case let flag as Bool: bytes += Array("\(flag)".utf8)
        default: string("\(value)")
        }
    }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                bytes += Array(("\\u00" + (digits.count == 1 ? "0" : "") + digits).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
