import Kafka
import Sequences
import Testing
import Transactions

@testable import Pipeline

struct RecordTests {
    let part = EntityBucketPart(
        bucket: 42, counts: [7: 3], labels: [EntityLabel(entity: 7, knownAt: 151_200_000, fraud: true)])

    private let extractor = FeatureExtractor(schema: SmallModel.schema)

    /// A history that follows no rule: every raw value is as good as random.
    private func history(_ tokens: Int) -> UserHistory {
        var history = UserHistory(rawCount: extractor.rawCount, capacity: 7)
        for token in 0..<tokens {
            let raw = (0..<extractor.rawCount).map { UInt32(truncatingIfNeeded: ($0 + token * 31) &* 2_654_435_761) }
            raw.withUnsafeBufferPointer {
                history.append(
                    raw: $0, time: EventTime(milliseconds: Feeds.start + Int64(token) * 61_003), id: UInt64(token),
                    amount: Double(token))
            }
        }
        return history
    }

    private func decode(_ bytes: [UInt8]) throws -> CheckpointRecord {
        try bytes.withUnsafeBytes { try CheckpointRecord(decoding: $0, extractor: extractor, capacity: 7) }
    }

    private func installed(_ key: [UInt8], _ value: [UInt8]?) throws -> SequenceRestorer.Partition {
        var partition = SequenceRestorer.Partition()
        try key.withUnsafeBytes { key in
            guard let value else {
                return try partition.install(key: key, value: nil, extractor: extractor, capacity: 7)
            }
            try value.withUnsafeBytes {
                try partition.install(key: key, value: $0, extractor: extractor, capacity: 7)
            }
        }
        return partition
    }

    @Test(arguments: [0, 1, 7, 20]) func checkpointRecordsRoundTrip(tokens: Int) throws {
        let history = history(tokens)
        let record = CheckpointRecord(offset: 123_456, history: PackedHistory(history), profile: [9, 8])
        let back = try decode(record.encoded(layout: extractor.packedLayout))
        #expect(back == record)
        #expect(back.history.unpacked(rawCount: extractor.rawCount, capacity: 7) == history)
    }

    /// A rolling upgrade: what the former version wrote is what this one restores.
    @Test(arguments: [UInt8(1), 2]) func recordsOfFormerVersionsAreRead(version: UInt8) throws {
        let history = history(9)
        let encoded = history.encoded(layout: extractor.layout)
        let profile = UserProfile().encoded()
        var bytes: [UInt8] = [version]
        bytes.append(littleEndian: 77)
        if version == 2 { bytes.append(littleEndian: UInt64(encoded.count)) }
        bytes += encoded
        if version == 2 { bytes += profile }
        bytes.appendChecksum()
        let record = try decode(bytes)
        #expect(record.offset == 77 && record.profile == (version == 2 ? profile : []))
        #expect(record.history.unpacked(rawCount: extractor.rawCount, capacity: 7) == history)
        bytes[bytes.count / 2] ^= 1
        #expect(throws: (any Error).self) { try decode(bytes) }
    }

    /// Written under other features, or where the logarithm gives other bits: never opened here.
    @Test func anotherLayoutIsRefused() throws {
        let record = CheckpointRecord(offset: 1, history: PackedHistory(history(3)))
        #expect(throws: StateFault.self) { try decode(record.encoded(layout: extractor.packedLayout ^ 1)) }
        #expect(throws: StateFault.self) { try decode(record.encoded(layout: extractor.layout)) }
    }

    /// A pseudonym may be a plain id, with any character in it.
    @Test(arguments: ["u1", "a#b#7", "#", "é😀#", ""]) func keysNameUserAndEpoch(pseudonym: String) throws {
        let key = CheckpointKey(pseudonym: pseudonym, epoch: 1_234_567_890_123)
        #expect(try key.encoded.withUnsafeBytes { try CheckpointKey($0) } == key)
        let value = CheckpointRecord(offset: 1, history: PackedHistory(history(3)))
            .encoded(layout: extractor.packedLayout)
        let user = try #require(try installed(key.encoded, value).users[Text(pseudonym)])
        #expect(user.epoch == key.epoch && user.offset == 1)
        #expect(try installed(key.encoded, nil).users.isEmpty)
    }

    /// Two spellings of one text are two users, as they are to the topics' partitions and hashes.
    @Test func keysAreToldApartByTheirBytes() throws {
        let keys = ["\u{e9}", "e\u{301}"].map { CheckpointKey(pseudonym: $0, epoch: 1) }
        #expect(Set(keys).count == 2)
        var partition = SequenceRestorer.Partition()
        for (offset, key) in keys.enumerated() {
            let value = CheckpointRecord(offset: Int64(offset), history: PackedHistory(history(3)))
                .encoded(layout: extractor.packedLayout)
            try key.encoded.withUnsafeBytes { key in
                try value.withUnsafeBytes {
                    try partition.install(key: key, value: $0, extractor: extractor, capacity: 7)
                }
            }
        }
        #expect(keys.map { partition.users[$0.pseudonym]?.offset } == [0, 1])
    }

    @Test(arguments: ["", "u", "u#", "u#x", "u#1x", "u#-1", "u#99999999999999999999"])
    func keysOfAnotherFormAreRefused(key: String) {
        #expect(throws: RecordFault.self) { try Array(key.utf8).withUnsafeBytes { try CheckpointKey($0) } }
        #expect(throws: RecordFault.self) { try CheckpointKey(nil) }
    }

    @Test(arguments: [EntityRecord.Kind.closed, .open])
    func entityRecordsRoundTrip(kind: EntityRecord.Kind) throws {
        let input = TopicPartition(topic: "transactions", partition: 3)
        let record = EntityRecord(input: input, kind: kind, isIdle: true, offset: 9, watermark: 43, part: part)
        #expect(try decode(record.key, record.encoded()) == record)
        let mark = EntityRecord(input: input, kind: kind, offset: 9, watermark: 43, part: nil)
        #expect(try decode(mark.key, mark.encoded()) == mark)
        for bucket in [300_000, 3_600_000] as [Int64] {
            let counted = EntityRecord(
                input: input, kind: kind, offset: 9, watermark: 43, bucketMilliseconds: bucket, part: part,
                closedParts: 7)
            #expect(try decode(counted.key, counted.encoded()) == counted)
        }
    }

    /// A model with other buckets goes on with what is known: nothing is lost, nothing known sooner than it was.
    @Test func recordsAreBroughtToOtherBuckets() throws {
        let input = TopicPartition(topic: "transactions", partition: 3)
        let (hour, minutes) = (Int64(3_600_000), Int64(300_000))
        let record = EntityRecord(
            input: input, kind: .closed, offset: 9, watermark: 518, bucketMilliseconds: minutes, part: part)
        #expect(try decode(record.key, record.encoded()) == record)
        #expect(record.inBuckets(ofMilliseconds: minutes) == record)
        #expect(record.inBuckets(ofMilliseconds: hour).part?.bucket == 3)
        #expect(record.inBuckets(ofMilliseconds: hour).watermark == 43)
        let hourly = EntityRecord(input: input, kind: .closed, offset: 9, watermark: 43, part: part)
        let finer = hourly.inBuckets(ofMilliseconds: minutes)
        #expect(finer.part?.bucket == 43 * 12 - 1 && finer.watermark == 43 * 12)
        let nothing = EntityRecord(input: input, kind: .open, offset: 0, watermark: .min, part: nil)
        #expect(nothing.inBuckets(ofMilliseconds: minutes).watermark < -1_000_000_000)

        // Twelve parts of one hour, each once, whatever comes again.
        var ledger = EntityLedger(labelDelayMilliseconds: 0)
        for bucket in Array(480..<492) + [480, 491] {
            let own = EntityRecord(
                input: input, kind: .closed, offset: 9, watermark: Int64(bucket), bucketMilliseconds: minutes,
                part: EntityBucketPart(bucket: Int64(bucket), counts: [7: 1]))
            guard let part = own.inBuckets(ofMilliseconds: hour).part else { continue }
            ledger.apply(part, source: 1, end: own.partEnd)
        }
        let after = EventTime(milliseconds: 41 * hour)
        #expect(ledger.transactionCount(of: 7, days: 1, at: after) == 12)
        #expect(ledger.transactionCount(of: 7, days: 1, at: after.advanced(byMilliseconds: -1)) == 0)
    }

    @Test func partsOfDifferentBucketsHaveKeysOfTheirOwn() {
        let input = TopicPartition(topic: "t", partition: 0)
        let closed = EntityRecord(input: input, kind: .closed, offset: 0, watermark: 43, part: part)
        let open = EntityRecord(input: input, kind: .open, offset: 0, watermark: 42, part: part)
        let mark = EntityRecord(input: input, kind: .closed, offset: 0, watermark: 43, part: nil)
        #expect(Set([closed.key, open.key, mark.key]).count == 3)
    }

    @Test func everyDamagedByteIsNoticed() throws {
        let checkpoint = CheckpointRecord(offset: 5, history: PackedHistory(history(4)), profile: [1, 2])
            .encoded(layout: extractor.packedLayout)
        let entity = EntityRecord(
            input: TopicPartition(topic: "t", partition: 0), kind: .closed, offset: 1, watermark: 2, part: part)
        let value = entity.encoded()
        for position in checkpoint.indices {
            var damaged = checkpoint
            damaged[position] ^= 0x10
            #expect(throws: RecordFault.self) { try decode(damaged) }
        }
        for length in checkpoint.indices {
            #expect(throws: RecordFault.self) { try decode(Array(checkpoint[..<length])) }
        }
        for position in value.indices {
            var damaged = value
            damaged[position] ^= 0x10
            #expect(throws: RecordFault.self) { try decode(entity.key, damaged) }
        }
        for length in 0..<value.count {
            #expect(throws: RecordFault.self) { try decode(entity.key, Array(value[..<length])) }
        }
        #expect(throws: RecordFault.self) { try decode(Array("nonsense".utf8), value) }
    }

    private func decode(_ key: [UInt8], _ value: [UInt8]) throws -> EntityRecord {
        try key.withUnsafeBytes { key in try value.withUnsafeBytes { try EntityRecord(key: key, value: $0) } }
    }
}
