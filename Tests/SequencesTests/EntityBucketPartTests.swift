import Sequences
import Testing
import Transactions

@Suite struct EntityBucketPartTests {
    private let part = EntityBucketPart(
        bucket: -7, counts: [3: 1, .max: 4_000_000_000, 1 << 40: 200],
        labels: [
            EntityLabel(entity: 9, knownAt: 1_522_540_831_000, fraud: true),
            EntityLabel(entity: 3, knownAt: .min, fraud: false),
            EntityLabel(entity: 3, knownAt: .max, fraud: true),
            EntityLabel(entity: 4, knownAt: 0, fraud: true, amount: 84.2),
        ])

    @Test func roundTripIsExact() throws {
        #expect(try EntityBucketPart(decoding: part.encoded()) == part)
        let empty = EntityBucketPart(bucket: .max)
        #expect(try EntityBucketPart(decoding: empty.encoded()) == empty)
    }

    @Test func damagedBytesAreRefusedWithTheirFault() {
        let bytes = part.encoded()
        for length in bytes.indices {
            #expect(throws: StateFault.self) { try EntityBucketPart(decoding: Array(bytes[..<length])) }
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            #expect(throws: StateFault.self) { try EntityBucketPart(decoding: damaged) }
        }
        var future = bytes
        future[0] = 3
        #expect { try EntityBucketPart(decoding: future) } throws: { ($0 as? StateFault)?.kind == .version }
    }

    @Test func aSoundChecksumOverALyingCountIsRefused() {
        // Version, bucket 0, then a count of 2^62 entities.
        var bytes: [UInt8] = [1, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
        let checksum = bytes.withUnsafeBytes { UInt32(truncatingIfNeeded: StableHash.bytes($0)) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
        #expect { try EntityBucketPart(decoding: bytes) } throws: { ($0 as? StateFault)?.kind == .malformed }
    }

    @Test func hashesNeverChange() {
        // Stored state rests on these.
        #expect(StableHash.entity(name: "terminal", key: "3156") == 152_586_121_412_278_028)
        #expect(StableHash.identifier("tx-1") == 16_457_612_290_786_887_974)
        #expect(StableHash.category("gas_transport") == 106_586_691)
        #expect(StableHash.entity(name: "ab", key: "c") != StableHash.entity(name: "a", key: "bc"))
    }
}
