internal import Transactions

/// Which user a record of the sequences topic is of, and under which epoch it was written: `pseudonym#epoch`.
///
/// A frozen owner that wakes writes to keys of its own, so that compaction never lets it replace its successor's records.
struct CheckpointKey: Hashable {
    var pseudonym: Text
    var epoch: Int64

    var encoded: [UInt8] { Array("\(pseudonym.string)#\(epoch)".utf8) }

    init(pseudonym: String, epoch: Int64) {
        self.pseudonym = Text(pseudonym)
        self.epoch = epoch
    }

    /// - Throws: `RecordFault` for a key of another form.
    init(_ bytes: UnsafeRawBufferPointer?) throws(RecordFault) {
        // The pseudonym may be a plain id with any character in it; the epoch is digits.
        guard let bytes, let mark = bytes.lastIndex(of: UInt8(ascii: "#")),
            let epoch = Self.number(bytes[(mark + 1)...])
        else {
            let text = bytes.map { String(decoding: $0.prefix(80), as: UTF8.self) } ?? ""
            throw RecordFault(description: "key '\(text)', 'pseudonym#epoch' expected")
        }
        self.init(pseudonym: String(decoding: bytes[..<mark], as: UTF8.self), epoch: epoch)
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard (1...18).contains(digits.count) else { return nil }
        var number: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return number
    }
}
