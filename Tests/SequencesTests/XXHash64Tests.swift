import Testing

@testable import Sequences

/// Against python-xxhash 4.1 (`xxhash.xxh64_hexdigest`).
@Suite struct XXHash64Tests {
    @Test(
        arguments: [
            (0, 0xEF46_DB37_51D8_E999), (1, 0xA96C_7F0C_E858_BBB7), (3, 0xBED4_3740_EE63_32BB),
            (4, 0xFA21_2AE4_4B3B_B23D), (7, 0x2744_460D_D675_D2C0), (8, 0x994B_676B_71CE_94DD),
            (15, 0x09E6_451E_D2FF_8B1D), (16, 0x94AD_0095_E72B_24D5), (31, 0x6711_D55E_306B_5D8F),
            (32, 0x07F7_B8E3_BC5D_6E25), (33, 0x09F8_5EEB_4E1C_BE9F), (63, 0xB7C9_968C_066C_B6A5),
            (64, 0x50D4_159A_0411_632E), (100, 0x9DDA_DA11_D3DC_2D8F), (1000, 0x0BF0_BDBC_C82E_B373),
        ] as [(Int, UInt64)])
    func knownBytesHaveTheirKnownHash(count: Int, expected: UInt64) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ 7) }
        #expect(bytes.withUnsafeBytes { XXHash64.hash($0) } == expected)
    }

    @Test func publishedVectors() {
        #expect(Array("".utf8).withUnsafeBytes { XXHash64.hash($0) } == 0xEF46_DB37_51D8_E999)
        #expect(Array("a".utf8).withUnsafeBytes { XXHash64.hash($0) } == 0xD24E_C4F1_A98C_6E5B)
        #expect(Array("abc".utf8).withUnsafeBytes { XXHash64.hash($0) } == 0x44BC_2CF5_AD77_0999)
    }
}
