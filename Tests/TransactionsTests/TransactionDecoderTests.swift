import Testing
import Transactions

struct TransactionDecoderTests {
    static let schema = TransactionSchema(
        name: "test", fields: TransactionSchema.Fields(id: "tx", user: "card", time: "at", amount: "sum"),
        timeFormat: .epochSeconds,
        entities: [
            TransactionSchema.Entity(name: "terminal", field: "pos", risk: true),
            TransactionSchema.Entity(name: "merchant", field: "shop", risk: false),
        ],
        features: [
            TransactionSchema.Feature(name: "category", kind: .category, fields: ["shop"]),
            TransactionSchema.Feature(name: "items", kind: .number, fields: ["n"]),
            TransactionSchema.Feature(name: "far", kind: .distance, fields: ["a", "b", "c", "d"]),
        ])
    static let now = EventTime(iso8601: "2026-03-01T12:00:00Z")

    private func canonical(_ text: String) throws(EventFault) -> Transaction {
        try TransactionDecoder(schema: Self.schema).decode(Array(text.utf8), messageTimestamp: Self.now)
    }

    private func mapped(_ text: String) throws(EventFault) -> Transaction {
        try TransactionDecoder(schema: Self.schema, form: .mapped)
            .decode(Array(text.utf8), messageTimestamp: Self.now)
    }

    @Test func readsTheCanonicalForm() throws {
        let transaction = try canonical(
            """
            {"user":"u","id":"i","amount":-1.5,"time":"2026-03-01T10:00:00.5Z","extra":[{"x":[1,2,{}]},null],
             "features":{"items":3,"category":"gr\\u00fcn \\ud83d\\ude00\\n","unknown":{},"far":2.5},
             "entities":{"merchant":"m","other":1,"terminal":42}}
            """)
        #expect(
            transaction
                == Transaction(
                    id: "i", user: "u", time: EventTime(milliseconds: 1_772_359_200_500), amount: -1.5,
                    entities: ["42", "m"], features: [.text("grün 😀\n"), .number(3), .number(2.5)]))
    }

    @Test func readsTheMappedForm() throws {
        let transaction = try mapped(
            #"{"tx":7,"card":"c","at":1772359200.25,"sum":10,"pos":null,"shop":"s","n":null,"a":0,"b":0,"c":0,"d":1}"#)
        #expect(transaction.id == "7")
        #expect(transaction.time.milliseconds == 1_772_359_200_250)
        #expect(transaction.entities == [nil, "s"])
        #expect(transaction.features.prefix(2) == [.text("s"), .missing])
        guard case .number(let kilometres) = transaction.features[2] else {
            throw EventFault(.malformed, "no distance")
        }
        // One degree of a great circle on a sphere of 6371.0088 km.
        #expect(abs(kilometres - 111.195_08) < 1e-4)
    }

    @Test func nullsAndEmptyTextsAreMissing() throws {
        let transaction = try canonical(
            #"{"id":"i","user":"u","time":"2026-03-01","amount":1,"entities":{"terminal":"","merchant":null},"#
                + #""features":{"category":"","items":NaN,"far":null}}"#)
        #expect(transaction.entities == [nil, nil])
        #expect(transaction.features == [.missing, .missing, .missing])
        #expect(
            try canonical(#"{"id":"i","user":"u","time":"2026-03-01","amount":1,"entities":null}"#).entities.count == 2)
    }

    @Test func ofAFieldGivenTwiceTheLastCounts() throws {
        #expect(try canonical(#"{"id":"a","\u0069d":"b","user":"u","time":"2026-03-01","amount":1}"#).id == "b")
    }

    /// What the rest of a valid event looks like when one field is put in by hand.
    private static func event(_ field: String, _ value: String) -> String {
        let fields = ["id": "\"i\"", "user": "\"u\"", "time": "\"2026-03-01\"", "amount": "1"]
        return "{" + fields.merging([field: value]) { $1 }.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    @Test(arguments: [
        ("amount", "NaN", EventFault.Kind.outOfRange), ("amount", "-Infinity", .outOfRange),
        ("amount", "1e999", .outOfRange), ("amount", "-1e999", .outOfRange), ("amount", "\"1\"", .wrongType),
        ("amount", "true", .wrongType), ("amount", "null", .missingField), ("amount", "[1]", .wrongType),
        ("id", "\"\"", .outOfRange), ("id", "1.5", .wrongType), ("id", "{}", .wrongType), ("id", "null", .missingField),
        ("id", "\"" + String(repeating: "x", count: 257) + "\"", .outOfRange), ("id", "\"a\\u0000b\"", .outOfRange),
        ("id", String(repeating: "1", count: 257), .outOfRange),
        ("user", "\"\"", .outOfRange), ("user", "false", .wrongType), ("user", "null", .missingField),
        ("time", "\"0001-01-01T00:00:00Z\"", .outOfRange), ("time", "\"1999-12-31T23:59:59Z\"", .outOfRange),
        ("time", "\"2026-03-01T13:00:01Z\"", .outOfRange), ("time", "\"yesterday\"", .wrongType),
        ("time", "\"2026-02-30\"", .wrongType), ("time", "1772359200", .wrongType), ("time", "null", .missingField),
        ("entities", "[]", .wrongType), ("entities", "{\"terminal\":true}", .wrongType),
        ("entities", "{\"terminal\":\"" + String(repeating: "é", count: 129) + "\"}", .outOfRange),
        ("features", "\"x\"", .wrongType), ("features", "{\"items\":\"3\"}", .wrongType),
        ("features", "{\"items\":1e999}", .outOfRange), ("features", "{\"category\":[]}", .wrongType),
        ("features", "{\"category\":\"" + String(repeating: "x", count: 1025) + "\"}", .outOfRange),
    ])
    func faultsNameTheField(field: String, value: String, kind: EventFault.Kind) {
        let error = #expect(throws: EventFault.self) { try canonical(Self.event(field, value)) }
        #expect(error?.kind == kind)
        #expect(error?.field?.hasPrefix(field) == true)
        #expect(error?.description.contains("xxx") == false, "a fault must not carry the value")
    }

    @Test(arguments: [
        ("amount", "-12.50"), ("amount", "0"), ("amount", "1e3"), ("time", "\"2000-01-01\""),
        ("time", "\"2026-03-01T13:00:00Z\""), ("id", "12"), ("user", "-7"),
        ("features", "{\"category\":\"never seen\"}"),
        ("features", "{\"category\":true}"), ("id", "\"" + String(repeating: "x", count: 256) + "\""),
        ("anything", "{\"deep\":[[[{\"a\":[]}]]]}"),
    ])
    func takesIn(field: String, value: String) throws {
        _ = try canonical(Self.event(field, value))
    }

    @Test(arguments: ["id", "user", "time", "amount"])
    func missingFieldsAreNamed(field: String) {
        let text = Self.event("x", "1").replacing("\"\(field)\"", with: "\"other\"")
        let error = #expect(throws: EventFault.self) { try canonical(text) }
        #expect(error == EventFault(.missingField, field: field, "expected a value"))
        let mappedError = #expect(throws: EventFault.self) { try mapped("{}") }
        #expect(mappedError?.field == "tx")
    }

    @Test(arguments: [
        ("1e30", EventFault.Kind.outOfRange), ("-1", .outOfRange), ("0", .outOfRange), ("1772359200000", .outOfRange),
        ("\"2026-03-01\"", .wrongType), ("NaN", .wrongType),
    ])
    func epochTimesHaveARange(value: String, kind: EventFault.Kind) {
        let error = #expect(throws: EventFault.self) { try mapped(#"{"tx":1,"card":1,"sum":1,"at":\#(value)}"#) }
        #expect(error?.kind == kind)
        #expect(error?.field == "at")
    }

    @Test func coordinatesHaveARange() {
        let error = #expect(throws: EventFault.self) {
            try mapped(#"{"tx":1,"card":1,"sum":1,"at":1772359200,"a":91,"b":0,"c":0,"d":0}"#)
        }
        #expect(error?.field == "a")
    }

    @Test func withoutAMessageTimestampTheFutureIsUnknown() throws {
        let decoder = TransactionDecoder(schema: Self.schema)
        let future = Array(#"{"id":"i","user":"u","time":"2126-03-01","amount":1}"#.utf8)
        _ = try decoder.decode(future, messageTimestamp: nil)
        _ = try decoder.decode(future, messageTimestamp: EventTime(milliseconds: -1))
    }

    @Test func limitsAreSettings() throws {
        var limits = EventLimits()
        limits.maximumBytes = 60
        limits.earliest = EventTime(milliseconds: 0)
        limits.maximumAheadMilliseconds = 0
        let decoder = TransactionDecoder(schema: Self.schema, limits: limits)
        let old = #"{"id":"i","user":"u","time":"1999-01-01","amount":1}"#
        _ = try decoder.decode(Array(old.utf8), messageTimestamp: Self.now)
        #expect(throws: EventFault.self) { try decoder.decode(Array((old + "         ").utf8), messageTimestamp: nil) }
        let ahead = #"{"id":"i","user":"u","time":"2026-03-02","amount":1}"#
        #expect(throws: EventFault.self) { try decoder.decode(Array(ahead.utf8), messageTimestamp: Self.now) }
    }
}
