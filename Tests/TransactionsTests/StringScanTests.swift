import Testing
import Transactions

/// Strings are scanned eight bytes at a time: whatever ends or spoils one must be seen wherever it stands in a word, and
/// however near the payload's end.
struct StringScanTests {
    private static let schema = TransactionDecoderTests.schema

    /// The id is the last member, so that long and short texts end near the payload's end.
    private func id(_ json: [UInt8]) throws(EventFault) -> String {
        let head = Array(#"{"user":"u","time":"2026-03-01","amount":1,"id":""#.utf8)
        return try TransactionDecoder(schema: Self.schema)
            .decode(head + json + Array("\"}".utf8), messageTimestamp: nil).id
    }

    @Test(arguments: 0..<20) func specialCharactersAreSeenEverywhere(place: Int) throws {
        for length in place + 1..<place + 20 {
            var plain = (0..<length).map { UInt8(ascii: "a") + UInt8($0 % 26) }
            // Beside the special ones: bytes that differ from them in a bit or by a borrow.
            for neighbour in [UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "["), UInt8(ascii: "]"), 0x20, 0x7f] {
                plain[place] = neighbour
                #expect(try id(plain) == String(decoding: plain, as: UTF8.self))
            }
            for control in UInt8(1)..<0x20 {
                plain[place] = control
                let fault = #expect(throws: EventFault.self) { try id(plain) }
                #expect(fault?.kind == .malformed)
            }
            let before = plain.prefix(place)
            let after = plain.suffix(from: place + 1)
            let escaped = Array(before) + Array(#"\""#.utf8) + Array(after)
            let wanted = String(decoding: Array(before) + [UInt8(ascii: "\"")] + Array(after), as: UTF8.self)
            #expect(try id(escaped) == wanted)
            let ended = Array(before) + [UInt8(ascii: "\"")] + Array(after)
            #expect(throws: EventFault.self) { try id(ended) }
        }
    }

    @Test func whatIsNotASCIIIsKept() throws {
        for length in 0..<24 {
            let text = String(repeating: "x", count: length) + "größe🙂\u{80}"
            #expect(try id(Array(text.utf8)) == text)
        }
    }

    /// A name that is as long as a field's and equal in its first eight bytes is another field.
    @Test func longNamesAreComparedWhole() throws {
        let schema = TransactionSchema(
            name: "long", fields: .init(id: "identifier", user: "identified", time: "identities", amount: "identical"),
            timeFormat: .epochSeconds)
        let transaction = try TransactionDecoder(schema: schema, form: .mapped).decode(
            Array(#"{"identical":3,"identifies":9,"identities":1772359200,"identifier":"i","identified":"u"}"#.utf8),
            messageTimestamp: nil)
        #expect(transaction.id == "i")
        #expect(transaction.user == "u")
        #expect(transaction.amount == 3)
    }

    @Test func aZeroByteInANameIsNoEnd() throws {
        let json = #"{"id\u0000":"x","id":"i","user":"u","time":"2026-03-01","amount":1}"#
        let transaction = try TransactionDecoder(schema: Self.schema).decode(Array(json.utf8), messageTimestamp: nil)
        #expect(transaction.id == "i")
    }
}
