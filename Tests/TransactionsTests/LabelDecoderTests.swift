import Testing
import Transactions

struct LabelDecoderTests {
    private static let now = EventTime(iso8601: "2026-03-10")

    @Test func readsTheCanonicalForm() throws {
        let text =
            #"{"transaction_id":7,"user":"u","fraud":true,"known_at":"2026-03-08","transaction_time":"2026-03-01","#
            + #""amount":84.2,"entities":{"device":"d","terminal":"t"},"note":{}}"#
        let label = try LabelDecoder(schema: .demo).decode(Array(text.utf8), messageTimestamp: Self.now)
        #expect(
            label
                == Label(
                    transactionID: "7", user: "u", fraud: true, knownAt: EventTime(milliseconds: 1_772_928_000_000),
                    transactionTime: EventTime(milliseconds: 1_772_323_200_000), amount: 84.2,
                    entities: ["t", nil, "d"]))
    }

    @Test(arguments: [("1", true), ("0", false), ("\"1\"", true), ("\"no\"", false)])
    func readsTheMappedForm(value: String, fraud: Bool) throws {
        let text =
            #"{"transaction_id":"x","user_id":"u","time":"2026-03-01","amount":3,"fraud":\#(value),"terminal_id":"t","device_id":"d"}"#
        let label = try LabelDecoder(schema: .demo, form: .mapped).decode(Array(text.utf8), messageTimestamp: Self.now)
        #expect(label.fraud == fraud)
        #expect(label.knownAt == Self.now)
        #expect(label.transactionTime == EventTime(iso8601: "2026-03-01"))
        #expect(label.amount == 3 && label.entities == ["t", nil, "d"])
    }

    @Test(arguments: [
        (#""fraud":1"#, EventFault.Kind.wrongType, "fraud"), (#""fraud":"true""#, .wrongType, "fraud"),
        (#""fraud":null"#, .missingField, "fraud"), (#""fraud":true,"known_at":"2026-03-12""#, .outOfRange, "known_at"),
        (#""fraud":true,"known_at":"2026-02-01""#, .outOfRange, "known_at"),
        (#""fraud":true,"known_at":null"#, .missingField, "known_at"),
        (#""fraud":true,"user":null"#, .missingField, "user"), (#""fraud":true,"amount":"9""#, .wrongType, "amount"),
    ])
    func faultsNameTheField(members: String, kind: EventFault.Kind, field: String) {
        let text =
            #"{"transaction_id":"x","user":"u","known_at":"2026-03-08","transaction_time":"2026-03-01",\#(members)}"#
        let error = #expect(throws: EventFault.self) {
            try LabelDecoder(schema: .demo).decode(Array(text.utf8), messageTimestamp: Self.now)
        }
        #expect(error?.kind == kind)
        #expect(error?.field == field)
    }
}
