internal import Transactions
internal import Yams

extension RuleSetReader {
    private static let start = EventTime(milliseconds: 1_767_225_600_000)

    mutating func readTests(_ node: Node) {
        for item in items(of: node, field: "tests") {
            guard let mapping = item.mapping else {
                report("expected a test: a mapping with 'name', 'events' and 'expect'", at: item, field: "tests")
                continue
            }
            reportUnknown(in: mapping, among: ["name", "events", "expect", "review", "decline"])
            guard let name = required("name", of: mapping, at: item, what: "test"), let list = mapping["events"] else {
                if mapping["events"] == nil { report("the test lacks 'events'", at: item, field: "tests") }
                continue
            }
            var events: [RuleTest.Event] = []
            for event in items(of: list, field: "events") {
                if let read = testEvent(event, number: events.count + 1, after: events.last) { events.append(read) }
            }
            if let expected = mapping["expect"] {
                if events.isEmpty { report("there is no event to expect anything of", at: expected, field: "tests") }
                let expectation = expectation(expected)
                if !events.isEmpty { events[events.count - 1].expectation = expectation }
            } else if !events.contains(where: { $0.expectation != nil }) {
                report("the test expects nothing: give it 'expect'", at: item, field: "tests")
            }
            tests.append(
                RuleTest(
                    name: name, events: events, review: number("review", of: mapping, in: 0...1) ?? 0.5,
                    decline: number("decline", of: mapping, in: 0...1), line: item.mark?.line ?? 1))
        }
    }

    private mutating func testEvent(_ node: Node, number: Int, after last: RuleTest.Event?) -> RuleTest.Event? {
        guard let mapping = node.mapping else {
            report("expected an event: a mapping of the schema's fields", at: node, field: "events")
            return nil
        }
        let (entities, features) = (schema.entities.map(\.name), schema.features)
        let known = ["id", "user", "time", "after", "amount", "score", "expect"] + entities + features.map(\.name)
        reportUnknown(in: mapping, among: known)
        let limit = Double.greatestFiniteMagnitude
        var time = time("time", of: mapping) ?? last?.transaction.time.advanced(byMilliseconds: 60_000) ?? Self.start
        if let value = mapping["after"], let text = optional("after", of: mapping) {
            if let delay = Transactions.DurationText.milliseconds(text), mapping["time"] == nil {
                time = (last?.transaction.time ?? Self.start).advanced(byMilliseconds: delay)
            } else {
                report("expected a duration such as 90s, and no 'time' beside it", at: value, field: "after")
            }
        }
        var values: [FeatureValue] = []
        for feature in features {
            guard mapping[feature.name] != nil else {
                values.append(.missing)
                continue
            }
            if feature.kind == .category {
                values.append(optional(feature.name, of: mapping).map { .text($0) } ?? .missing)
            } else {
                values.append(
                    self.number(feature.name, of: mapping, in: -limit...limit).map { .number($0) } ?? .missing)
            }
        }
        var keys: [String?] = []
        for entity in entities { keys.append(optional(entity, of: mapping)) }
        let transaction = Transaction(
            id: optional("id", of: mapping) ?? "event-\(number)", user: optional("user", of: mapping) ?? "user",
            time: time, amount: self.number("amount", of: mapping, in: -limit...limit) ?? 0, entities: keys,
            features: values)
        return RuleTest.Event(
            transaction: transaction, modelScore: self.number("score", of: mapping, in: 0...1) ?? 0,
            expectation: mapping["expect"].map { expectation($0) }, line: node.mark?.line ?? 1)
    }

    private mutating func expectation(_ node: Node) -> RuleTest.Expectation {
        var expectation = RuleTest.Expectation()
        guard let mapping = node.mapping else {
            report(
                "expected a mapping with 'decision', 'hits', 'shadow', 'decided_by' or 'score'", at: node,
                field: "expect")
            return expectation
        }
        reportUnknown(in: mapping, among: ["decision", "hits", "shadow", "decided_by", "score"])
        if mapping["decision"] != nil { expectation.decision = choice("decision", of: mapping, default: .allow) }
        expectation.hits = ruleNames("hits", of: mapping)
        expectation.shadow = ruleNames("shadow", of: mapping)
        expectation.decidedBy = optional("decided_by", of: mapping)
        expectation.score = number("score", of: mapping, in: 0...1)
        return expectation
    }

    private mutating func ruleNames(_ field: String, of mapping: Node.Mapping) -> Set<String>? {
        guard let node = mapping[field] else { return nil }
        var names: Set<String> = []
        for item in items(of: node, field: field) {
            let name = item.scalar?.string ?? ""
            if ruleIDs.contains(name) {
                names.insert(name)
            } else {
                reportUnknown(rule: name, at: item, field: field)
            }
        }
        return names
    }
}
