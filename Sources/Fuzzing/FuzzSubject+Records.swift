import Kafka
import Pipeline
import Sequences
import Simulation
import Transactions

extension FuzzSubject {
    /// A user's state in the sequences topic, of this version and the former, down to the opened history.
    static func checkpoint() -> FuzzSubject {
        let extractor = FeatureExtractor(schema: Simulator.schema)
        var history = UserHistory(rawCount: extractor.rawCount, capacity: 40)
        for event in 0..<45 {
            let raw = (0..<extractor.rawCount).map {
                $0 % 3 == 0 ? Float(event % 7).bitPattern : UInt32(truncatingIfNeeded: $0 &* event &* 2_654_435_761)
            }
            raw.withUnsafeBufferPointer {
                history.append(
                    raw: $0, time: EventTime(milliseconds: 1_700_000_000_000 + Int64(event) * 60_000),
                    id: UInt64(event), amount: Double(event))
            }
        }
        let empty = PackedHistory(UserHistory(rawCount: extractor.rawCount, capacity: 40))
        let records = [PackedHistory(history), empty].map {
            unsealed(
                CheckpointRecord(offset: 99, history: $0, profile: profile().encoded())
                    .encoded(layout: extractor.packedLayout))
        }
        // What version 1 wrote; its checksum inside is the history's own.
        let former = [1, 99, 0, 0, 0, 0, 0, 0, 0] + history.encoded(layout: extractor.layout)
        return FuzzSubject(records + [former]) { bytes in
            let isFormer = bytes.first.map { $0 < 3 } ?? false
            return sealed(bytes, by: isFormer ? StableHash.bytes : XXHash64.hash).withUnsafeBytes { bytes in
                do {
                    let record = try CheckpointRecord(decoding: bytes, extractor: extractor, capacity: 40)
                    var opened = record.history.unpacked(rawCount: extractor.rawCount, capacity: 30)
                    let raw = [UInt32](repeating: 1, count: extractor.rawCount)
                    raw.withUnsafeBufferPointer {
                        opened.append(raw: $0, time: EventTime(milliseconds: 1), id: 1, amount: 3)
                    }
                    if !record.profile.isEmpty {
                        _ = try UserProfile(decoding: resealed(record.profile[...])).encoded()
                    }
                    return PackedHistory(opened).byteCount > 0
                } catch {
                    return false
                }
            }
        }
    }

    /// What rules know of a user, with an aggregate of each kind.
    private static func profile() -> UserProfile {
        let hour = EventTime.millisecondsPerHour
        let layout = AggregateLayout(
            [.moments, .moments, .distinct, .last].enumerated().map { index, kind in
                AggregateSpecification(
                    id: UInt64(index), kind: kind, windowMilliseconds: 24 * hour, bucketMilliseconds: hour,
                    tracksSpread: index == 1)
            })
        var profile = UserProfile()
        profile.aggregates.adopt(layout)
        profile.aggregates.withStates { states in
            for bucket in 0..<30 as Range<Int64> {
                let window = (bucket - 23)..<(bucket + 1)
                states.update(moments: 0, window, tracksSpread: false, bucket % 3 == 0 ? 7 : nil)
                states.update(moments: 1, window, tracksSpread: true, Double(bucket % 7))
                states.update(distinct: 0, window, UInt64(bucket) &* 0x9e37_79b9_7f4a_7c15)
                _ = states.update(
                    last: 0, windowMilliseconds: 24 * hour, at: EventTime(milliseconds: bucket * hour), .text("DE"))
            }
        }
        return profile
    }

    /// A bucket's part in the entities topic.
    static func entities() -> FuzzSubject {
        let input = TopicPartition(topic: "transactions", partition: 3)
        let part = EntityBucketPart(
            bucket: 472_000, counts: [7: 3, 9: 1, .max: 70_000],
            labels: [EntityLabel(entity: 7, knownAt: 1_700_000_000_000, fraud: true)])
        let record = EntityRecord(input: input, kind: .closed, offset: 77, watermark: 472_001, part: part)
        let open = EntityRecord(input: input, kind: .open, offset: 5, watermark: 0, part: nil)
        let counted = EntityRecord(
            input: input, kind: .open, offset: 5, watermark: 0, bucketMilliseconds: 300_000, part: part, closedParts: 9)
        return FuzzSubject([record, open, counted].map { unsealed($0.encoded()) }) { bytes in
            // The key is fuzzed as well: by the bytes of the value.
            let key = bytes.count % 3 == 0 ? bytes : record.key
            let header = EntityRecord.headerCount(bytes.first)
            let value = bytes.prefix(header) + resealed(bytes.dropFirst(header))
            return sealed(Array(value)).withUnsafeBytes { value in
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

    /// A state within a record, with the right checksum of its own.
    private static func resealed(_ state: ArraySlice<UInt8>) -> [UInt8] {
        guard state.count > 4 else { return Array(state) }
        let body = state.dropLast(4)
        let sum = body.withUnsafeBytes { StableHash.bytes($0) }
        return body + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0))) }
    }

    private static func unsealed(_ record: [UInt8]) -> [UInt8] { Array(record.dropLast(8)) }

    /// With the right checksum, or every input would end there; one in sixteen goes without.
    private static func sealed(
        _ bytes: [UInt8], by hash: (UnsafeRawBufferPointer) -> UInt64 = StableHash.bytes
    ) -> [UInt8] {
        guard bytes.last.map({ $0 % 16 != 5 }) ?? false else { return bytes }
        let sum = bytes.withUnsafeBytes { hash($0) }
        return bytes + (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0))) }
    }
}
