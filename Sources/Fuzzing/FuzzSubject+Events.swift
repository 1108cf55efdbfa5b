import Simulation
import Transactions

extension FuzzSubject {
    private static let words = [
        "\"", "\\u0000", "\\ud83d\\ude00", "\\ud800", "null", "true", "NaN", "-Infinity", "1e999", "-0", "[", "{}",
        "[[[[[[[[",
        "{\"a\":{\"a\":{\"a\":", ",", ":", "\u{0}", "\u{FEFF}", "9007199254740993", "1e-400", "\"time\":", "\"id\":7,",
    ]

    /// Events as they come from the transactions topic.
    static func transactions(form: EventForm) -> FuzzSubject {
        let decoder = TransactionDecoder(schema: Simulator.schema, form: form)
        let texts = [
            #"{"id":"a\u00e9\ud83d\ude00","user":42,"time":"2026-03-01T10:00:00.5+02:00","amount":-1.5e2,"entities":"#
                + #"{"terminal":"t","device":null},"features":{"category":"é😀","distance_km":3.25},"x":[{},[true]]}"#,
            #"{"transaction_id":"x","user_id":"u","time":"2026-03-01T10:00:00Z","amount":12.5,"terminal_id":"t1","#
                + #""merchant_id":"m","device_id":"d","category":"fuel","channel":"chip","country":"DE","distance_km":1}"#,
        ]
        return FuzzSubject(texts: texts, words: words) { bytes in
            do throws(EventFault) {
                _ = try decoder.decode(bytes, messageTimestamp: nil)
                return true
            } catch {
                return false
            }
        }
    }

    /// Events as they come from the labels topic.
    static func labels() -> FuzzSubject {
        let decoder = LabelDecoder(schema: Simulator.schema)
        let text =
            #"{"transaction_id":"x","user":"u","fraud":true,"known_at":"2026-03-08","transaction_time":"2026-03-01","#
            + #""entities":{"terminal":"t","device":"d"}}"#
        return FuzzSubject(texts: [text], words: words) { bytes in
            do throws(EventFault) {
                _ = try decoder.decode(bytes, messageTimestamp: nil)
                return true
            } catch {
                return false
            }
        }
    }
}
