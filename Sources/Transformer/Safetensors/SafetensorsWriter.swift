/// Lays out tensors as a safetensors file.
public enum SafetensorsWriter {
    /// Writes a file with these tensors, atomically.
    /// - Throws: `SafetensorsError` where the disk refuses.
    public static func write(
        _ tensors: [SafetensorsContent], metadata: [String: String] = [:], to path: String
    ) throws(SafetensorsError) {
        try ModelFile.replace(path, with: bytes(tensors, metadata: metadata))
    }

    /// The bytes of a file with these tensors in this order. Equal input gives equal bytes.
    static func bytes(_ tensors: [SafetensorsContent], metadata: [String: String]) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var end = 0
        for tensor in tensors {
            let start = end
            end += tensor.bytes.count
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(start),\(end)]}")
        }
        var header = Array("{\(fields.joined(separator: ","))}".utf8)
        // Spaces so that the data starts on 64 bytes, as the format allows.
        header.append(contentsOf: repeatElement(0x20, count: (64 - (header.count + 8) % 64) % 64))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + end)
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * shift))) }
        bytes.append(contentsOf: header)
        for tensor in tensors { bytes.append(contentsOf: tensor.bytes) }
        return bytes
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{00}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
