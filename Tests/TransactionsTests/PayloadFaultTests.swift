import Testing
import Transactions

/// What happens to payloads that are no event at all; the same for transactions and labels.
struct PayloadFaultTests {
    private func kind(_ payload: [UInt8]) -> [EventFault.Kind?] {
        [
            #expect(throws: EventFault.self) {
                try TransactionDecoder(schema: .demo).decode(payload, messageTimestamp: nil)
            }?.kind,
            #expect(throws: EventFault.self) {
                try LabelDecoder(schema: .demo).decode(payload, messageTimestamp: nil)
            }?.kind,
        ]
    }

    @Test func aTombstone() {
        #expect(throws: EventFault(.tombstone, "expected a value, not a deletion")) {
            try TransactionDecoder(schema: .demo).decode(nil, messageTimestamp: nil)
        }
        #expect(throws: EventFault(.tombstone, "expected a value, not a deletion")) {
            try LabelDecoder(schema: .demo).decode(nil, messageTimestamp: nil)
        }
    }

    @Test func anEmptyValue() {
        #expect(kind([]) == [.empty, .empty])
    }

    @Test func aMegabyteOfGarbage() {
        var random = SeededGenerator(seed: 3)
        let garbage = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(kind(garbage) == [.notUTF8, .notUTF8])
        #expect(kind(garbage + [0]) == [.tooLarge, .tooLarge])
        #expect(kind([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)) == [.malformed, .malformed])
    }

    @Test(
        arguments: [
            [0xFF], [0x7B, 0xC3, 0x28, 0x7D], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        #expect(kind(bytes) == [.notUTF8, .notUTF8])
    }

    @Test(arguments: [
        " ", "nul", "null", "[]", "1", "\"x\"", "{", "}", "{}}", "{} {}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
        "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":5.}", "{\"a\":1e}",
        "{\"a\":-}", "{\"a\":tru}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":[}", "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\u", "\u{FEFF}{}", "{\"a\":0x10}",
        "{\"a\":" + String(repeating: "[", count: 65) + String(repeating: "]", count: 65) + "}",
    ])
    func whatIsNoJSONObject(text: String) {
        #expect(kind(Array(text.utf8)) == [.malformed, .malformed])
    }

    @Test func nestingOfSixtyThreeIsSkipped() {
        let text = "{\"a\":" + String(repeating: "[", count: 63) + String(repeating: "]", count: 63) + "}"
        #expect(kind(Array(text.utf8)) == [.missingField, .missingField])
    }
}
