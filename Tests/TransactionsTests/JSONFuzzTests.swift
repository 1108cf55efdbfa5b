import Foundation
import Testing

@testable import Transactions

struct JSONFuzzTests {
    @Test func numbersAreTheNearestDoubles() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let digits = (0..<Int.random(in: 1...22, using: &random)).map { _ in
                String(Int.random(in: 0...9, using: &random))
            }
            var text = (Bool.random(using: &random) ? "-" : "") + String(Int.random(in: 1...9, using: &random))
            text += digits.joined()
            if Bool.random(using: &random) { text.insert(".", at: text.index(text.endIndex, offsetBy: -1)) }
            if Bool.random(using: &random) { text += "e\(Int.random(in: -330...330, using: &random))" }
            let value = Array(text.utf8).withUnsafeBufferPointer { JSONNumber(at: $0[...])?.double }
            #expect(value?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
        }
    }

    @Test func textsSurviveTheRoundTrip() throws {
        var random = SeededGenerator(seed: 12)
        let (encoder, decoder) = (TransactionEncoder(schema: .demo), TransactionDecoder(schema: .demo))
        func text() -> String {
            let scalars = (0..<Int.random(in: 1...20, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 1...(Bool.random(using: &random) ? 0x7F : 0x10FFFF), using: &random))
            }
            return "x" + String(String.UnicodeScalarView(scalars))
        }
        var buffer: [UInt8] = []
        for _ in 0..<3000 {
            let amount = Double(bitPattern: random.next())
            let transaction = Transaction(
                id: text(), user: text(),
                time: EventTime(milliseconds: .random(in: 946_684_800_000...4_102_444_800_000, using: &random)),
                amount: amount.isFinite ? amount : 0, entities: [text(), nil, text()],
                features: [.text(text()), .missing, .text(text()), .number(.random(in: -1e9...1e9, using: &random))])
            buffer.removeAll(keepingCapacity: true)
            encoder.append(transaction, to: &buffer)
            #expect(try decoder.decode(buffer, messageTimestamp: nil) == transaction)
            // Another reader understands the same.
            let object = try JSONSerialization.jsonObject(with: Data(buffer)) as? [String: Any]
            #expect(object?["id"] as? String == transaction.id)
        }
    }

    /// Mutated events are decoded or refused, never a crash; what is decoded, Foundation's parser takes for JSON too.
    @Test func mutatedBytesAreDecodedOrRefused() throws {
        var random = SeededGenerator(seed: 13)
        let seeds = [
            #"{"id":"a\u00e9\ud83d\ude00","user":42,"time":"2026-03-01T10:00:00.5+02:00","amount":-1.5e2,"#
                + #""entities":{"terminal":"t","device":null},"features":{"category":"é😀","distance_km":3.25},"x":[{},[true]]}"#,
            #"{"transaction_id":"x","user":"u","fraud":true,"known_at":"2026-03-08","transaction_time":"2026-03-01"}"#,
        ].map { Array($0.utf8) }
        let spice = Array("\"\\{}[],:0123456789.eE+-utrfalsn \u{7F}".utf8) + [0x00, 0x80, 0xC3, 0xED, 0xFF]
        let transactions = TransactionDecoder(schema: .demo)
        let mapped = TransactionDecoder(schema: .demo, form: .mapped)
        let labels = LabelDecoder(schema: .demo)
        var taken = 0
        for round in 0..<100_000 {
            var bytes = seeds[round & 1]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[position] = spice.randomElement(using: &random) ?? 0
                case 1: bytes.insert(spice.randomElement(using: &random) ?? 0, at: position)
                case 2: bytes.remove(at: position)
                default: bytes.removeSubrange(position..<min(bytes.count, position + 5))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            let isTaken =
                (try? transactions.decode(bytes, messageTimestamp: nil)) != nil
                || (try? labels.decode(bytes, messageTimestamp: nil)) != nil
            _ = try? mapped.decode(bytes, messageTimestamp: nil)
            guard isTaken else { continue }
            taken += 1
            if round % 16 < 2, !bytes.contains(UInt8(ascii: "N")) {
                #expect(
                    (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil,
                    "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
        // Neither everything nor nothing, or the test would see little.
        #expect((5000...95_000).contains(taken))
    }
}
