package import Kafka
package import Sequences
internal import Transactions

/// One input's part of a bucket in the entities topic, or its open part as of a checkpoint.
///
/// Key: `topic/partition/bucket`, `topic/partition/open`, or `topic/partition/watermark` where there is no part. Value:
/// version (1 byte), flags (1), first offset after the part (8, little endian), watermark bucket (8), the buckets' length in
/// milliseconds (8; not in version 1, whose buckets are hours), how many parts are closed (8; from version 3 on), the part
/// where there is one, checksum of all before (8).
package struct EntityRecord: Equatable {
    private static let version: UInt8 = 2
    /// Written where buckets are hours.
    private static let hourlyVersion: UInt8 = 1
    /// Written where parts are counted.
    private static let countedVersion: UInt8 = 3

    /// Bytes before the part, by a record's first byte.
    package static func headerCount(_ version: UInt8?) -> Int {
        switch version {
        case hourlyVersion: 18
        case countedVersion: 34
        default: 26
        }
    }

    package enum Kind: Equatable {
        /// A complete bucket, for every instance's ledger.
        case closed
        /// A bucket still open, as a checkpoint holds it; for the input's next owner.
        case open
    }

    var input: TopicPartition
    var kind: Kind
    /// The input has nothing more for now and holds nobody.
    var isIdle: Bool
    /// The first input offset that the part does not hold.
    var offset: Int64
    /// Every bucket before this one is complete for the input.
    var watermark: Int64
    /// What the numbers of buckets count in.
    var bucketMilliseconds: Int64
    var part: EntityBucketPart?
    /// How many parts of the input the topic must hold, as of a checkpoint; nil where that was never noted.
    var closedParts: Int64?

    package var key: [UInt8] {
        let name = kind == .open ? "open" : part.map { String($0.bucket) } ?? "watermark"
        return Array("\(input.topic)/\(input.partition)/\(name)".utf8)
    }

    package func encoded() -> [UInt8] {
        let isHourly = bucketMilliseconds == EventTime.millisecondsPerHour && closedParts == nil
        var bytes: [UInt8] = [
            isHourly ? Self.hourlyVersion : closedParts == nil ? Self.version : Self.countedVersion,
            (kind == .open ? 1 : 0) | (isIdle ? 2 : 0) | (part == nil ? 0 : 4),
        ]
        bytes.append(littleEndian: UInt64(bitPattern: offset))
        bytes.append(littleEndian: UInt64(bitPattern: watermark))
        if !isHourly { bytes.append(littleEndian: UInt64(bitPattern: bucketMilliseconds)) }
        if let closedParts { bytes.append(littleEndian: UInt64(bitPattern: closedParts)) }
        if let part { bytes.append(contentsOf: part.encoded()) }
        bytes.appendChecksum()
        return bytes
    }

    package init(
        input: TopicPartition, kind: Kind, isIdle: Bool = false, offset: Int64, watermark: Int64,
        bucketMilliseconds: Int64 = TransactionSchema.defaultEntityBucketMilliseconds, part: EntityBucketPart?,
        closedParts: Int64? = nil
    ) {
        self.input = input
        self.kind = kind
        self.isIdle = isIdle
        self.offset = offset
        self.watermark = watermark
        self.bucketMilliseconds = bucketMilliseconds
        self.part = part
        self.closedParts = closedParts
    }

    /// The input and the bucket that a closed part's key names.
    static func bucket(ofKey key: UnsafeRawBufferPointer?) -> (input: TopicPartition, bucket: Int64)? {
        guard let (input, name) = place(key), let bucket = Int64(name) else { return nil }
        return (input, bucket)
    }

    /// The input that a key names, and what of it.
    private static func place(_ key: UnsafeRawBufferPointer?) -> (input: TopicPartition, name: Substring)? {
        let pieces = text(key).split(separator: "/", omittingEmptySubsequences: false)
        guard pieces.count == 3, let partition = Int32(pieces[1]) else { return nil }
        return (TopicPartition(topic: String(pieces[0]), partition: partition), pieces[2])
    }

    private static func text(_ key: UnsafeRawBufferPointer?) -> String {
        key.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// - Throws: `RecordFault` saying what is wrong with key or value.
    package init(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer) throws(RecordFault) {
        guard let (input, _) = Self.place(key) else {
            throw RecordFault(description: "key '\(Self.text(key))', 'topic/partition/bucket' expected")
        }
        let isHourly = value.first == Self.hourlyVersion
        let isCounted = value.first == Self.countedVersion
        let header = Self.headerCount(value.first)
        let body = try value.checked(
            version: isHourly ? Self.hourlyVersion : isCounted ? Self.countedVersion : Self.version,
            minimumCount: header + 8)
        self.input = input
        kind = body[1] & 1 != 0 ? .open : .closed
        isIdle = body[1] & 2 != 0
        offset = Int64(bitPattern: body.littleEndianUInt64(at: 2))
        watermark = Int64(bitPattern: body.littleEndianUInt64(at: 10))
        bucketMilliseconds =
            isHourly ? EventTime.millisecondsPerHour : Int64(bitPattern: body.littleEndianUInt64(at: 18))
        guard (60_000...EventTime.millisecondsPerDay).contains(bucketMilliseconds) else {
            throw RecordFault(description: "buckets of \(bucketMilliseconds) ms")
        }
        closedParts = isCounted ? Int64(bitPattern: body.littleEndianUInt64(at: 26)) : nil
        guard body[1] & 4 != 0 else {
            part = nil
            return
        }
        do throws(StateFault) {
            part = try EntityBucketPart(decoding: UnsafeRawBufferPointer(rebasing: body[header...]))
        } catch {
            throw RecordFault(description: "part: \(error)")
        }
    }
}

extension EntityRecord {
    /// What the record says in buckets of another length: a model of another schema goes on with what is known. A part is
    /// put into the bucket that ends with its own or holds its end, so that it is known no sooner than it was.
    func inBuckets(ofMilliseconds length: Int64) -> EntityRecord {
        guard length != bucketMilliseconds else { return self }
        func start(of bucket: Int64) -> Int64 {
            // Nothing known yet is the smallest number there is.
            let (start, isBeyond) = bucket.multipliedReportingOverflow(by: bucketMilliseconds)
            return isBeyond ? bucket < 0 ? .min : .max : start
        }
        var record = self
        record.bucketMilliseconds = length
        record.watermark = start(of: watermark).floored(dividedBy: length)
        if let part {
            let last = start(of: part.bucket) &+ (bucketMilliseconds &- 1)
            record.part?.bucket = last.floored(dividedBy: length)
        }
        return record
    }

    /// Where the part's bucket ends, in milliseconds.
    var partEnd: Int64? { part.map { ($0.bucket &+ 1) &* bucketMilliseconds } }
}
