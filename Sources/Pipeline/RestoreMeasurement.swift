internal import Dispatch
public import Scoring
internal import Sequences
internal import Transactions

/// How fast one thread decodes the checkpoint records of 64 partitions and installs the users, without a broker, and what a
/// record costs to make.
public struct RestoreMeasurement: Sendable {
    public var users: Int
    /// Mean size of a record's value.
    public var bytesPerUser: Double
    public var seconds: Double
    /// The record of a hot user, whose history is packed for it.
    public var writeMicroseconds: Double
    /// The open history of a user's first event after the restart.
    public var unpackMicroseconds: Double

    public var usersPerSecond: Double { Double(users) / max(seconds, 1e-9) }

    private static let partitions = 64

    /// - Parameters:
    ///   - states: hot users; the records are theirs in turns, each in memory of its own.
    ///   - users: how many records.
    /// - Throws: what a record that cannot be read back would throw.
    public init(model: Model, states: [UserState], users: Int) throws {
        let extractor = model.encoder.extractor
        let layout = extractor.packedLayout
        let writing = DispatchTime.now().uptimeNanoseconds
        let values = states.map {
            CheckpointRecord(offset: $0.newestOffset, history: $0.packedHistory, profile: $0.profile.encoded())
                .encoded(layout: layout)
        }
        writeMicroseconds = Self.microseconds(since: writing) / Double(max(1, states.count))
        let pseudonymizer = Pseudonymizer(key: Array("a measurement's key".utf8))
        // All in one, as fetched messages are, and read for the first time when they are decoded.
        var fetched: [UInt8] = []
        var records: [(key: Range<Int>, value: Range<Int>)] = []
        fetched.reserveCapacity(users * (values.reduce(0) { $0 + $1.count } / max(1, values.count) + 64))
        records.reserveCapacity(users)
        for user in 0..<users {
            let key = CheckpointKey(pseudonym: pseudonymizer.pseudonym(of: "user-\(user)"), epoch: 1).encoded
            let start = fetched.count
            fetched += key
            let middle = fetched.count
            fetched += values[user % values.count]
            records.append((start..<middle, middle..<fetched.count))
        }
        bytesPerUser = Double(records.reduce(0) { $0 + $1.value.count }) / Double(max(1, users))
        var partitions = (0..<Self.partitions).map { _ in
            SequenceRestorer.Partition(records: users / Self.partitions + 1)
        }
        let start = DispatchTime.now().uptimeNanoseconds
        try fetched.withUnsafeBytes { bytes in
            for (number, record) in records.enumerated() {
                try partitions[number * Self.partitions / users].install(
                    key: UnsafeRawBufferPointer(rebasing: bytes[record.key]),
                    value: UnsafeRawBufferPointer(rebasing: bytes[record.value]), extractor: extractor,
                    capacity: model.historyLength)
            }
        }
        seconds = Self.microseconds(since: start) / 1e6
        self.users = partitions.reduce(0) { $0 + $1.users.count }
        unpackMicroseconds = Self.unpack(states, rawCount: extractor.rawCount, capacity: model.historyLength)
    }

    private static func unpack(_ states: [UserState], rawCount: Int, capacity: Int) -> Double {
        let packed = states.map(\.packedHistory)
        let start = DispatchTime.now().uptimeNanoseconds
        let tokens = packed.reduce(0) { $0 + $1.unpacked(rawCount: rawCount, capacity: capacity).count }
        // Used, so that it is not left out.
        return tokens < 0 ? 0 : microseconds(since: start) / Double(max(1, states.count))
    }

    private static func microseconds(since start: UInt64) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start) / 1000
    }
}
