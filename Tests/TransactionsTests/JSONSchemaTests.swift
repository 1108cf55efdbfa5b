import Foundation
import Testing
import Transactions

struct JSONSchemaTests {
    private func checker(_ name: String) throws -> JSONSchemaChecker {
        try JSONSchemaChecker(path: ProjectFiles.path("Schemas/json/\(name).schema.json"))
    }

    @Test(arguments: ["transaction", "label", "review-event"])
    func examplesHoldToTheirSchema(name: String) throws {
        let checker = try checker(name)
        #expect(!checker.examples.isEmpty)
        for example in checker.examples { #expect(checker.faults(in: example) == []) }
    }

    @Test func examplesAreDecoded() throws {
        for example in try checker("transaction").examples {
            let bytes = [UInt8](try JSONSerialization.data(withJSONObject: example))
            _ = try TransactionDecoder(schema: .demo).decode(bytes, messageTimestamp: nil)
        }
        for example in try checker("label").examples {
            let bytes = [UInt8](try JSONSerialization.data(withJSONObject: example))
            _ = try LabelDecoder(schema: .demo).decode(bytes, messageTimestamp: nil)
        }
        let example = try #require(try checker("review-event").examples.first)
        let event = try JSONDecoder().decode(ReviewEvent.self, from: JSONSerialization.data(withJSONObject: example))
        #expect(event.source.alertID == event.alertID)
    }

    @Test func whatIsWrittenHoldsToTheSchemas() throws {
        var buffer: [UInt8] = []
        let transaction = AlertTests.transaction
        TransactionEncoder(schema: .demo).append(transaction, fraud: true, to: &buffer)
        #expect(try checker("transaction").faults(in: Data(buffer)) == [])
        buffer = []
        let label = Label(
            transactionID: "t", user: "u", fraud: false, knownAt: transaction.time, transactionTime: transaction.time,
            amount: transaction.amount, entities: transaction.entities)
        LabelEncoder(schema: .demo).append(label, to: &buffer)
        #expect(try checker("label").faults(in: Data(buffer)) == [])
        #expect(try LabelDecoder(schema: .demo).decode(buffer, messageTimestamp: nil) == label)
        buffer = []
        ReviewEventEncoder().append(AlertTests.alert.reviewEvent(schema: .demo), to: &buffer)
        #expect(try checker("review-event").faults(in: Data(buffer)) == [])
    }

    @Test(arguments: [
        ("transaction", #"{"id":"","user":"u","time":"2026-03-01","amount":1}"#),
        ("transaction", #"{"id":"i","user":"u","time":"1.3.2026","amount":1}"#),
        ("transaction", #"{"id":"i","user":"u","time":"2026-03-01"}"#),
        ("transaction", #"{"id":"i","user":"u","time":"2026-03-01","amount":true}"#),
        ("transaction", #"{"id":"i","user":"u","time":"2026-03-01","amount":1,"entities":{"a":1.5}}"#),
        ("label", #"{"transaction_id":"i","user":"u","fraud":1,"known_at":"2026-03-01"}"#),
        ("review-event", "{}"),
    ])
    func schemasRefuse(name: String, text: String) throws {
        #expect(try checker(name).faults(in: Data(text.utf8)) != [])
    }
}
