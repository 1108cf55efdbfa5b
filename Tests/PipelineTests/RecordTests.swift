import Kafka
import Sequences
import Testing
import Transactions

@testable import Pipeline

struct RecordTests {
    let part = EntityBucketPart(
        bucket: 42, counts: [7: 3], labels: [EntityLabel(entity: 7, knownAt: 151_200_000, fraud: true)])

    @Test func checkpointRecordsRoundTrip() throws {
        let record = CheckpointRecord(offset: 123_456, history: [1, 2, 3, 255], profile: [9, 8])
        let bytes = record.encoded()
        #expect(try bytes.withUnsafeBytes { try CheckpointRecord(decoding: $0) } == record)
    }

    @Test(arguments: [EntityRecord.Kind.closed, .open])
    func entityRecordsRoundTrip(kind: EntityRecord.Kind) throws {
        let input = TopicPartition(topic: "transactions", partition: 3)
        let record = EntityRecord(input: input, kind: kind, isIdle: true, offset: 9, watermark: 43, part: part)
        #expect(try decode(record.key, record.encoded()) == record)
        let mark = EntityRecord(input: input, kind: kind, offset: 9, watermark: 43, part: nil)
        #expect(try decode(mark.key, mark.encoded()) == mark)
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
        let checkpoint = CheckpointRecord(offset: 5, history: Array(repeating: 9, count: 40)).encoded()
        let entity = EntityRecord(
            input: TopicPartition(topic: "t", partition: 0), kind: .closed, offset: 1, watermark: 2, part: part)
        let value = entity.encoded()
        for position in checkpoint.indices {
            var damaged = checkpoint
            damaged[position] ^= 0x10
            #expect(throws: RecordFault.self) { try damaged.withUnsafeBytes { try CheckpointRecord(decoding: $0) } }
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
