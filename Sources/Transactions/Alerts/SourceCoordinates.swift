import Crypto

/// Where in the input an event stands.
public struct SourceCoordinates: Hashable, Sendable, Codable {
    public var topic: String
    public var partition: Int32
    public var offset: Int64

    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// The id of an alert on this event: the same on every run, so that a reader can drop a repeated alert.
    ///
    /// A version 8 UUID (RFC 9562) of the first 122 free bits of a SHA-256 over the coordinates.
    public var alertID: String {
        // Topic names hold no NUL, so that two different coordinates are never the same bytes.
        var hash = SHA256()
        hash.update(data: Array("vigil.alert\0\(topic)\0\(partition)\0\(offset)".utf8))
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = hexadecimal(bytes)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}

/// Two lower-case digits a byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
}
