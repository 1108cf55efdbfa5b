/// A strict parser of a safetensors header: the JSON the format allows and nothing else, every fault with its byte.
///
/// A general JSON parser would hide duplicate names and positions, which is how files lie.
struct SafetensorsHeader {
    private(set) var tensors: [SafetensorsTensor] = []
    private(set) var metadata: [String: String] = [:]

    private let bytes: ArraySlice<UInt8>
    private let dataStart: Int
    private var position: Int

    /// - Parameter bytes: the header, its indices counting from the start of the file.
    init(parsing bytes: ArraySlice<UInt8>) throws(SafetensorsError) {
        self.bytes = bytes
        dataStart = bytes.endIndex
        position = bytes.startIndex
        guard bytes.first == UInt8(ascii: "{") else { throw fault("the header does not start with {") }
        var names: Set<String> = []
        try object { (parser, name, offset) throws(SafetensorsError) in
            guard names.insert(name).inserted else {
                throw SafetensorsError(at: offset, "the name \(name) occurs twice")
            }
            if name == "__metadata__" {
                try parser.object { (parser, key, offset) throws(SafetensorsError) in
                    guard parser.metadata.updateValue(try parser.string(), forKey: key) == nil else {
                        throw SafetensorsError(at: offset, "the metadata key \(key) occurs twice")
                    }
                }
            } else {
                parser.tensors.append(try parser.tensor(name, offset))
            }
        }
        skipSpaces()
        guard position == bytes.endIndex else { throw fault("characters after the header's end") }
    }

    private mutating func tensor(_ name: String, _ offset: Int) throws(SafetensorsError) -> SafetensorsTensor {
        var type: SafetensorsTensor.ElementType?
        var shape: [Int]?
        var range: [Int]?
        var rangeOffset = offset
        try object { (parser, field, offset) throws(SafetensorsError) in
            switch field {
            case "dtype" where type == nil:
                let start = parser.position
                let text = try parser.string()
                type = SafetensorsTensor.ElementType(rawValue: text)
                guard type != nil else {
                    throw SafetensorsError(at: start, "\(name): element type \(text) is not read")
                }
            case "shape" where shape == nil:
                shape = try parser.integers()
            case "data_offsets" where range == nil:
                parser.skipSpaces()
                rangeOffset = parser.position
                range = try parser.integers()
            default:
                throw SafetensorsError(at: offset, "\(name): unexpected field \(field)")
            }
        }
        guard let type, let shape, let range else {
            throw SafetensorsError(at: offset, "\(name): dtype, shape and data_offsets are required")
        }
        guard range.count == 2, range[0] <= range[1] else {
            throw SafetensorsError(at: rangeOffset, "\(name): data_offsets are not a range")
        }
        var size = type.width
        for dimension in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            guard !overflow else { throw SafetensorsError(at: offset, "\(name): shape \(shape) overflows") }
            size = product
        }
        guard size == range[1] - range[0] else {
            throw SafetensorsError(
                at: rangeOffset,
                "\(name): \(range[1] - range[0]) bytes, shape \(shape) of \(type.rawValue) takes \(size)")
        }
        let (end, overflow) = range[1].addingReportingOverflow(dataStart)
        guard !overflow else { throw SafetensorsError(at: rangeOffset, "\(name): data_offsets overflow") }
        return SafetensorsTensor(
            name: name, type: type, shape: shape, bytes: range[0] + dataStart..<end, headerOffset: rangeOffset)
    }

    /// Parses `{ "key": value, … }`; `value` parses each value.
    private mutating func object(
        _ value: (inout SafetensorsHeader, _ key: String, _ offset: Int) throws(SafetensorsError) -> Void
    ) throws(SafetensorsError) {
        try expect("{")
        if accept("}") { return }
        repeat {
            skipSpaces()
            let offset = position
            let key = try string()
            try expect(":")
            try value(&self, key, offset)
        } while accept(",")
        try expect("}")
    }

    private mutating func integers() throws(SafetensorsError) -> [Int] {
        var values: [Int] = []
        try expect("[")
        if accept("]") { return values }
        repeat { values.append(try integer()) } while accept(",")
        try expect("]")
        return values
    }

    private mutating func integer() throws(SafetensorsError) -> Int {
        skipSpaces()
        let start = position
        var value = 0
        while position < bytes.endIndex, (0x30...0x39).contains(bytes[position]) {
            let (tens, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
            guard !first, !second else { throw SafetensorsError(at: start, "a number too large") }
            value = sum
            position += 1
        }
        let leadingZero = position - start > 1 && bytes[start] == 0x30
        guard position > start, !leadingZero else {
            throw SafetensorsError(at: start, "expected an unsigned integer")
        }
        return value
    }

    private mutating func string() throws(SafetensorsError) -> String {
        try expect("\"")
        let start = position
        var text: [UInt8] = []
        while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
            let byte = bytes[position]
            guard byte >= 0x20 else { throw fault("a control character in a string") }
            position += 1
            if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
        }
        try expect("\"", skippingSpaces: false)
        guard let string = String(validating: text, as: UTF8.self) else {
            throw SafetensorsError(at: start, "a string that is not UTF-8")
        }
        return string
    }

    private mutating func escape(into text: inout [UInt8]) throws(SafetensorsError) {
        guard position < bytes.endIndex else { throw fault("the header ends in a string") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            var units = [try hexadecimal()]
            if UTF16.isLeadSurrogate(units[0]) {
                try expect("\\", skippingSpaces: false)
                try expect("u", skippingSpaces: false)
                units.append(try hexadecimal())
            }
            guard let string = String(validating: units, as: UTF16.self) else {
                throw fault("an escape that is no character")
            }
            text.append(contentsOf: string.utf8)
        default: throw SafetensorsError(at: position - 1, "an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(SafetensorsError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.endIndex, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
            else { throw fault("expected a hexadecimal digit") }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    private mutating func skipSpaces() {
        while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(
        _ character: Unicode.Scalar, skippingSpaces: Bool = true
    ) throws(SafetensorsError) {
        if skippingSpaces { skipSpaces() }
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else {
            throw fault("expected \(character)")
        }
        position += 1
    }

    private func fault(_ message: String) -> SafetensorsError { SafetensorsError(at: position, message) }
}
