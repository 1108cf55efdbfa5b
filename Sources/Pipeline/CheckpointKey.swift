/// Which user a record of the sequences topic is of, and under which epoch it was written: `pseudonym#epoch`.
///
/// A frozen owner that wakes writes to keys of its own, so that compaction never lets it replace its successor's records.
struct CheckpointKey: Hashable {
    var pseudonym: String
    var epoch: Int64

    var encoded: [UInt8] { Array("\(pseudonym)#\(epoch)".utf8) }

    init(pseudonym: String, epoch: Int64) {
        self.pseudonym = pseudonym
        self.epoch = epoch
    }

    /// - Throws: `RecordFault` for a key of another form.
    init(_ bytes: UnsafeRawBufferPointer?) throws(RecordFault) {
        let text = bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
        // The pseudonym may be a plain id with any character in it; the epoch is digits.
        guard let mark = text.lastIndex(of: "#"), let epoch = Int64(text[text.index(after: mark)...]) else {
            throw RecordFault(description: "key '\(text.prefix(80))', 'pseudonym#epoch' expected")
        }
        self.init(pseudonym: String(text[..<mark]), epoch: epoch)
    }
}
