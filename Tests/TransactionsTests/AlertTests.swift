import Foundation
import Testing
import Transactions

struct AlertTests {
    static let transaction = Transaction(
        id: "t-\"1\"\n", user: "u-00042", time: EventTime(milliseconds: 1_772_359_200_500), amount: 1830.5,
        entities: ["tm-1", nil, "d-1"], features: [.text("groceries"), .text("chip"), .missing, .number(3.5)])

    static let alert = Alert(
        transaction: transaction, pseudonym: Pseudonymizer(key: Array(0..<32)).pseudonym(of: transaction.user),
        decision: Decision(
            disposition: .decline, modelScore: 1e-5, score: 1, decidedBy: "far_and_fast",
            hits: [RuleHit(rule: "far_and_fast", action: "decline", reason: "two \"countries\"")],
            reasons: [Reason(feature: "amount", value: "1830.50", contribution: 0.1)]),
        source: SourceCoordinates(topic: "transactions", partition: 3, offset: 1204),
        scoredAt: EventTime(milliseconds: 1_772_359_200_700), modelHash: "5d41", rulesHash: "7d79")

    /// Computed with Python's hashlib and hmac.
    @Test func idsAndPseudonymsAreWhatOthersCompute() {
        #expect(Self.alert.id == "fb30c640-9b51-878f-8074-5c64d48cf035")
        #expect(Self.alert.pseudonym == "b6c9466f156f3127726904c68e2fc859")
        #expect(Pseudonymizer.plain.pseudonym(of: "u-00042") == "u-00042")
        #expect(Pseudonymizer(key: Array(1...32)).pseudonym(of: "u-00042") != Self.alert.pseudonym)
    }

    @Test func idsDifferWhereCoordinatesDo() {
        var ids: Set<String> = []
        for topic in ["a", "a1"] {
            for partition in Int32(0)..<12 {
                for offset in Int64(0)..<20 {
                    ids.insert(SourceCoordinates(topic: topic, partition: partition, offset: offset).alertID)
                }
            }
        }
        #expect(ids.count == 480)
    }

    @Test func reviewEventsSurviveTheRoundTrip() throws {
        let event = Self.alert.reviewEvent(schema: .demo)
        #expect(event.entities == [EntityKey(name: "terminal", key: "tm-1"), EntityKey(name: "device", key: "d-1")])
        #expect(event.user == Self.alert.pseudonym)
        var buffer: [UInt8] = []
        ReviewEventEncoder().append(event, to: &buffer)
        var decoded = try JSONDecoder().decode(ReviewEvent.self, from: Data(buffer))
        decoded.entities.sort { $0.name > $1.name }
        #expect(decoded == event)
        #expect(!String(decoding: buffer, as: UTF8.self).contains(Self.transaction.user))
    }

    @Test func numbersThatJSONLacksAreNull() {
        var event = Self.alert.reviewEvent(schema: .demo)
        event.score = .nan
        var buffer: [UInt8] = []
        ReviewEventEncoder().append(event, to: &buffer)
        #expect(String(decoding: buffer, as: UTF8.self).contains("\"score\":null"))
    }
}
