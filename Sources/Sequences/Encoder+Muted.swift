extension Encoder {
    /// The encoder with some fields made to say nothing: one bin, and a number that is nearly 0 whatever the value.
    ///
    /// - Parameter muted: positions in `fields`.
    /// - Throws: `EncoderFault` where the result is unsound.
    public func muting(_ muted: Set<Int>) throws(EncoderFault) -> Encoder {
        var fields = fields
        for index in muted where fields.indices.contains(index) {
            fields[index].edges = []
            fields[index].vocabulary = []
            fields[index].scale = .greatestFiniteMagnitude
        }
        return try Encoder(schema: schema, fields: fields)
    }
}

extension HistoricalDataset {
    /// The features that hardly ever change within a user's sequence, such as a birth year: with few labelled users
    /// they say no more than who the user is.
    ///
    /// - Parameter until: events at or after this moment are not read.
    public func featuresConstantWithinUsers(until: Int64) -> Set<Int> {
        let width = extractor.rawCount
        var last = [Int](repeating: -1, count: userCount)
        var changes = [Int](repeating: 0, count: width)
        var pairs = 0
        for row in 0..<count where times[row] < until {
            let user = Int(users[row])
            let before = last[user]
            last[user] = row
            guard before >= 0 else { continue }
            pairs += 1
            for column in 0..<width where rows[row * width + column] != rows[before * width + column] {
                changes[column] += 1
            }
        }
        return Set((0..<width).filter { pairs > 0 && changes[$0] * 1000 < pairs })
    }
}
