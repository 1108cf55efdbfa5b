/// One row of a CSV file, valid until the next one is read.
struct CSVRow {
    /// Where one field's bytes lie: in the row itself or, where quotes were doubled inside it, in the scratch buffer.
    struct Field {
        var start: Int
        var end: Int
        var isInScratch: Bool
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let scratch: UnsafeBufferPointer<UInt8>
    let fields: [Field]
    /// The line that the row starts on, counted from one.
    let line: Int

    subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        let field = fields[index]
        return UnsafeBufferPointer(rebasing: (field.isInScratch ? scratch : bytes)[field.start..<field.end])
    }

    func text(_ index: Int) -> String {
        String(decoding: self[index], as: UTF8.self)
    }
}
