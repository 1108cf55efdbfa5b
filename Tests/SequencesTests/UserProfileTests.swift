import Testing
import Transactions

@testable import Sequences

/// Profiles open, packed and as checkpoints hold them.
@Suite struct UserProfileTests {
    private static let layout = AggregateLayout([
        .init(id: 1, kind: .moments, windowMilliseconds: 24 * hour, bucketMilliseconds: hour),
        .init(id: 2, kind: .moments, windowMilliseconds: 24 * hour, bucketMilliseconds: hour, tracksSpread: true),
        .init(id: 3, kind: .distinct, windowMilliseconds: 24 * hour, bucketMilliseconds: hour),
        .init(id: 4, kind: .last, windowMilliseconds: 24 * hour, bucketMilliseconds: hour),
    ])

    /// The event's part in all four aggregates.
    private static func take(_ number: Double, at bucket: Int64, into profile: inout UserProfile) {
        profile.aggregates.adopt(layout)
        profile.aggregates.withStates { states in
            let window = (bucket - 23)..<(bucket + 1)
            states.update(moments: 0, window, tracksSpread: false, number)
            states.update(moments: 1, window, tracksSpread: true, number)
            states.update(distinct: 0, window, UInt64(bitPattern: Int64(number)))
            _ = states.update(
                last: 0, windowMilliseconds: 24 * hour, at: EventTime(milliseconds: bucket * hour),
                number < 0 ? nil : .number(number))
        }
    }

    /// However often it was packed in between, a profile is to the bit what it would be without.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func packingChangesNothing(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        var (open, packed, bucket) = (UserProfile(), UserProfile(), Int64(400_000))
        for index in 0..<600 {
            if Int.random(in: 0..<3, using: &random) == 0 { packed.pack() }
            if Int.random(in: 0..<20, using: &random) == 0 { packed = try UserProfile(decoding: packed.encoded()) }
            bucket += [0, 0, 0, 1, 2, 30].randomElement(using: &random) ?? 0
            let number = [-0.0, 0.1, 3, .random(in: -5...5, using: &random)].randomElement(using: &random) ?? 0
            packed.unpack()
            Self.take(number, at: bucket, into: &open)
            Self.take(number, at: bucket, into: &packed)
            #expect(open.encoded() == packed.encoded(), "event \(index)")
            #expect(open.aggregates.moments == packed.aggregates.moments)
            var other = open
            other.pack()
            #expect(other.encoded() == open.encoded() && other.aggregates.moments.isEmpty)
        }
    }

    @Test func oneWhoWasSeenOnceTakesLittle() {
        var profile = UserProfile()
        Self.take(7, at: 400_000, into: &profile)
        let open = profile.aggregateBytes
        profile.pack()
        #expect(profile.aggregateBytes < 120 && open >= 400)
    }

    @Test func packedAggregatesAreEmptiedAndAdopted() {
        var (open, packed) = (UserProfile(), UserProfile())
        for bucket in 0..<30 as Range<Int64> {
            Self.take(Double(bucket), at: bucket, into: &open)
            Self.take(Double(bucket), at: bucket, into: &packed)
        }
        packed.pack()
        let one = AggregateLayout([Self.layout.specifications[1]])
        for change in [{ $0.empty([1, 3]) }, { $0.changeAggregates { $0.adopt(one) } }] as [(inout UserProfile) -> Void]
        {
            change(&open)
            change(&packed)
            #expect(packed.aggregates.moments.isEmpty && packed.encoded() == open.encoded())
        }
    }

    /// Version 1 wrote all moments whole.
    @Test func profilesOfTheFirstVersionAreRead() throws {
        var profile = UserProfile()
        for bucket in [5, 5, 6, 40] as [Int64] { Self.take(Double(bucket) / 3, at: bucket, into: &profile) }
        profile.firstSeen = EventTime(milliseconds: 9)
        profile.lastDecision = .review
        var writer = StateWriter(version: 1, reserving: 0)
        writer.fixed(UInt8(1))
        writer.zigzag(9)
        writer.fixed(UInt8(2))
        writer.varint(2)
        for id in [1, 2] as [UInt64] {
            var moments = Moments()
            moments.add(40.0 / 3)
            writer.fixed(id)
            writer.varint(1)
            writer.varint(0)
            writer.zigzag(40)
            moments.write(to: &writer)
            moments.write(to: &writer)
        }
        writer.varint(1)
        writer.fixed(UInt64(3))
        writer.varint(1)
        writer.fixed(UInt64(13))
        writer.zigzag(40)
        writer.varint(0)
        writer.varint(1)
        writer.fixed(UInt64(4))
        LastValue(time: EventTime(milliseconds: 40 * hour), content: .number(40.0 / 3)).write(to: &writer)
        #expect(try UserProfile(decoding: writer.finished()).encoded() == profile.encoded())
    }

    @Test func everyFlippedByteIsNoticed() throws {
        var profile = UserProfile()
        for bucket in 0..<9 as Range<Int64> { Self.take(Double(bucket), at: bucket, into: &profile) }
        let bytes = profile.encoded()
        for place in bytes.indices {
            var broken = bytes
            broken[place] ^= 0x10
            #expect(throws: StateFault.self) { try UserProfile(decoding: broken) }
        }
    }
}
