import Kafka
import Pipeline
import Sequences
import Transactions

extension FuzzSubject {
    /// A user's state in the sequences topic, down to the history in it.
    static func checkpoint() -> FuzzSubject {
        var history = UserHistory(rawCount: 5, capacity: 7)
        for event in 0..<9 {
            let raw: [UInt32] = [1, 0, UInt32(event), Float(event).bitPattern, .max]
            raw.withUnsafeBufferPointer {
                history.append(
                    raw: $0, time: EventTime(milliseconds: 1_700_000_000_000 + Int64(event) * 60_000),
                    id: UInt64(event),
                    amount: Double(event))
            }
        }
        let record = CheckpointRecord(offset: 99, history: history.encoded(layout: 12)).encoded()
        let empty = CheckpointRecord(
            offset: 0, history: UserHistory(rawCount: 5, capacity: 7).encoded(layout: 12)
        ).encoded()
        return FuzzSubject([unsealed(record), unsealed(empty)]) { bytes in
            sealed(bytes).withUnsafeBytes { bytes in
                do {
                    let record = try CheckpointRecord(decoding: bytes)
                    _ = try UserHistory(decoding: record.history, layout: 12, rawCount: 5, capacity: 7)
                    return true
                } catch {
                    return false
                }
            }
        }
    }

    /// A bucket's part in the entities topic.
    static func entities() -> FuzzSubject {
        let input = TopicPartition(topic: "transactions", partition: 3)
        let part = EntityBucketPart(
            bucket: 472_000, counts: [7: 3, 9: 1, .max: 70_000],
            labels: [EntityLabel(entity: 7, knownAt: 1_700_000_000_000, fraud: true)])
        let record = EntityRecord(input: input, kind: .closed, offset: 77, watermark: 472_001, part: part)
        let open = EntityRecord(input: input, kind: .open, offset: 5, watermark: 0, part: nil)
        return FuzzSubject([unsealed(record.encoded()), unsealed(open.encoded())]) { bytes in
            // The key is fuzzed as well: by the bytes of the value.
            let key = bytes.count % 3 == 0 ? bytes : record.key
            return sealed(bytes).withUnsafeBytes { value in
                key.withUnsafeBytes { key in
                    do throws(RecordFault) {
                        _ = try EntityRecord(key: key, value: value)
                        return true
                    } catch {
                        return false
                    }
                }
            }
        }
    }

    private static func unsealed(_ record: [UInt8]) -> [UInt8] { Array(record.dropLast(8)) }

    /// With the right checksum, or every input would end there; one in sixteen goes without.
    private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.last.map({ $0 % 16 != 5 }) ?? false else { return bytes }
        let sum = bytes.withUnsafeBytes { StableHash.bytes($0) }
        return bytes + (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0))) }
    }
}
