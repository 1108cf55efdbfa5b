import Foundation
import Testing
import Transactions

struct SchemaFileTests {
    @Test func theDemoFileIsTheDemoSchema() throws {
        #expect(try TransactionSchema.load(path: ProjectFiles.path("Schemas/examples/demo.yaml")) == .demo)
    }

    @Test func theExamplesSayWhatTheirDataHolds() throws {
        let handbook = try TransactionSchema.load(path: ProjectFiles.path("Schemas/examples/handbook.yaml"))
        #expect(handbook.fields.time == "tx_datetime")
        #expect(handbook.entities == [TransactionSchema.Entity(name: "terminal", field: "terminal_id", risk: true)])
        #expect(handbook.labelDelayMilliseconds == 7 * EventTime.millisecondsPerDay)
        let sparkov = try TransactionSchema.load(path: ProjectFiles.path("Schemas/examples/sparkov.yaml"))
        #expect(sparkov.features.map(\.kind) == [.category, .distance, .logNumber, .category, .number])
        #expect(sparkov.features[1].fields == ["lat", "long", "merch_lat", "merch_long"])
    }

    private static let valid = """
        name: shop
        fields:
          id: a
          user: b
          time: c
          amount: d
        time_format: epoch_seconds
        entities:
          - name: device
        features:
          - name: category
            kind: category
            field: cat
        label_delay: 1h30m
        """

    @Test func fieldsDefaultToTheName() throws {
        let schema = try TransactionSchema.parse(yaml: Self.valid, file: "shop.yaml")
        #expect(schema.entities == [TransactionSchema.Entity(name: "device", field: "device", risk: false)])
        #expect(schema.features == [TransactionSchema.Feature(name: "category", kind: .category, fields: ["cat"])])
        #expect(schema.timeFormat == .epochSeconds)
        #expect(schema.labelDelayMilliseconds == 5_400_000)
        #expect(schema.label == nil)
        #expect(schema.entityBucketMilliseconds == 3_600_000)
    }

    /// A model keeps its schema as JSON; those of former versions do not know the bucket.
    @Test func theBucketIsSavedAndAnHourWhereNoneIs() throws {
        let schema = try TransactionSchema.parse(yaml: Self.valid + "\nentity_bucket: 5m", file: "shop.yaml")
        #expect(schema.entityBucketMilliseconds == 300_000)
        let saved = try JSONEncoder().encode(schema)
        #expect(try JSONDecoder().decode(TransactionSchema.self, from: saved) == schema)
        var former = try #require(try JSONSerialization.jsonObject(with: saved) as? [String: Any])
        #expect(former.removeValue(forKey: "entityBucketMilliseconds") != nil)
        let data = try JSONSerialization.data(withJSONObject: former)
        let read = try JSONDecoder().decode(TransactionSchema.self, from: data)
        #expect(read.entityBucketMilliseconds == 3_600_000 && read.entities == schema.entities)
    }

    @Test(arguments: [
        ("name: shop", "nmae: shop", "time_format, entities, entity_bucket, features, "),
        ("name: shop", "nmae: shop", "message; did you mean 'name'?"),
        (
            "  user: b", "  usr: b",
            "shop.yaml:4: field 'fields.usr': expected one of id, user, time, amount; did you mean 'user'?"
        ),
        ("  amount: d\n", "", "shop.yaml:2: field 'fields': expected the key 'amount', which is missing"),
        (
            "kind: category", "kind: categry",
            "shop.yaml:12: field 'features[0].kind': expected one of number, log_number, category"
        ),
        (
            "kind: category", "kind: distance",
            "shop.yaml:11: field 'features[0].fields': expected four fields: lat, long, lat, long"
        ),
        (
            "- name: device", "- name: device\n    risk: maybe",
            "shop.yaml:10: field 'entities[0].risk': expected true or false"
        ),
        (
            "- name: device", "- name: 2nd",
            "shop.yaml:9: field 'entities[0].name': expected a name of letters, digits and _, not a digit first"
        ),
        (
            "- name: device", "- name: amount",
            "shop.yaml:9: field 'entities[0].name': expected a name other than id, user, time and amount"
        ),
        (
            "- name: device", "- name: device\n  - name: device",
            "shop.yaml:10: field 'entities[1].name': expected a name not used before"
        ),
        ("1h30m", "soon", "shop.yaml:14: field 'label_delay': expected a duration such as 7d, 90m or 1h30m"),
        ("1h30m", "400d", "shop.yaml:14: field 'label_delay': expected at most 366d"),
        ("1h30m", "1d\nentity_bucket: 7m", "shop.yaml:15: field 'entity_bucket': expected 1m to 1h, a divisor"),
        ("1h30m", "1d\nentity_bucket: 2h", "field 'entity_bucket': expected 1m to 1h"),
        ("1h30m", "1d\nentity_bucket: 30s", "field 'entity_bucket': expected 1m to 1h"),
        ("1h30m", "1d\nentity_bucket: often", "field 'entity_bucket': expected a duration"),
        ("time_format: epoch_seconds", "time_format: [", "shop.yaml:9: expected YAML"),
        ("  id: a", "  id: a\n  id: b", "expected the key once in its mapping"),
        ("  id: a", "  id: [a]", "shop.yaml:3: field 'fields.id': expected text"),
        (
            "label_delay", "label: {field: f, fraud_values: []}\nlabel_delay",
            "field 'label.fraud_values': expected at least one"
        ),
        (
            "    field: cat", "    field: cat\n    fields: [cat]",
            "field 'features[0].fields': expected either 'field' or 'fields', not both"
        ),
    ])
    func errorsNameThePlace(old: String, new: String, message: String) {
        let broken = Self.valid.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: SchemaError.self) {
            try TransactionSchema.parse(yaml: broken, file: "shop.yaml")
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
    }

    @Test(arguments: ["", "- a", "text", "\u{0}", "a: *b"])
    func whatIsNoMappingIsRefused(yaml: String) {
        #expect(throws: SchemaError.self) { try TransactionSchema.parse(yaml: yaml, file: "x.yaml") }
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: SchemaError.self) { try TransactionSchema.load(path: "/nowhere/x.yaml") }
        #expect(error?.description.hasPrefix("/nowhere/x.yaml: expected a readable file") == true)
    }
}
