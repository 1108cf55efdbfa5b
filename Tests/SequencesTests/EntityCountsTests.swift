import Testing

@testable import Sequences

struct EntityCountsTests {
    @Test func countsWhatADictionaryCounts() {
        var (counts, wanted) = (EntityCounts(), [UInt64: UInt32]())
        var state: UInt64 = 1
        for number in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Few entities, many of the same slot, and the one that an empty slot holds.
            let entity = number % 7 == 0 ? 0 : (state >> 40) % 900 << (number % 2 == 0 ? 0 : 32)
            counts.add(1, to: entity)
            wanted[entity, default: 0] += 1
        }
        #expect(counts.dictionary == wanted)
        #expect(EntityCounts(wanted).dictionary == wanted)
    }
}
