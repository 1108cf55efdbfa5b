internal import Dispatch
public import Scoring
internal import Sequences
internal import Transactions

/// How fast one thread decodes checkpoint records and installs the users, without a broker.
public struct RestoreMeasurement: Sendable {
    public var users: Int
    /// Mean size of a record's value.
    public var bytesPerUser: Double
    public var seconds: Double

    public var usersPerSecond: Double { Double(users) / max(seconds, 1e-9) }

    /// - Parameters:
    ///   - users: how many records.
    ///   - events: how many events each user's history holds, up to what the model keeps.
    /// - Throws: what a record that cannot be read back would throw.
    public init(model: Model, users: Int, events: Int) throws {
        let extractor = model.encoder.extractor
        var history = UserHistory(rawCount: extractor.rawCount, capacity: model.historyLength)
        var records: [(key: [UInt8], value: [UInt8])] = []
        records.reserveCapacity(users)
        // As many different histories as make no two neighbours equal.
        var values: [[UInt8]] = []
        for variant in 0..<64 {
            for event in 0..<max(1, events) {
                let raw = (0..<extractor.rawCount).map {
                    UInt32(truncatingIfNeeded: ($0 + event * 31 + variant) &* 2_654_435_761)
                }
                raw.withUnsafeBufferPointer {
                    history.append(
                        raw: $0, time: EventTime(milliseconds: Int64(variant * 10_000 + event) * 61_000),
                        id: UInt64(variant * 1_000_003 + event) &* 0x9E37_79B9_7F4A_7C15, amount: Double(event))
                }
            }
            let encoded = history.encoded(layout: extractor.layout)
            values.append(CheckpointRecord(offset: Int64(variant), history: encoded).encoded())
        }
        let pseudonymizer = Pseudonymizer(key: Array("a measurement's key".utf8))
        for user in 0..<users {
            let key = CheckpointKey(pseudonym: pseudonymizer.pseudonym(of: "user-\(user)"), epoch: 1)
            records.append((key.encoded, values[user % values.count]))
        }
        var partition = SequenceRestorer.Partition()
        let start = DispatchTime.now().uptimeNanoseconds
        for record in records {
            try record.key.withUnsafeBytes { key in
                try record.value.withUnsafeBytes { value in
                    try partition.install(key: key, value: value, extractor: extractor, model: model)
                }
            }
        }
        seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        self.users = partition.users.count
        bytesPerUser = Double(records.reduce(0) { $0 + $1.value.count }) / Double(max(1, users))
    }
}
