internal import Transactions
internal import Yams

/// Reads a rule file, collecting everything wrong with it before giving up.
struct RuleSetReader {
    static let sections = ["rules", "lists", "velocity", "snoozes", "breakers", "tests"]

    let source: RuleSource
    let file: String
    let schema: TransactionSchema
    let tables: RuleListTables?
    var facts: FactTable
    var compiler: Compiler
    var diagnostics: [RuleDiagnostic] = []
    var rules: [CompiledRule] = []
    /// Of every rule in the file, of unsound ones and those that are off too.
    var ruleIDs: Set<String> = []
    var off: [CompiledRule] = []
    var lists: [RuleList] = []
    /// Where lists are kept, of unreadable ones too.
    var listSources: [RuleList.Source] = []
    var velocities = Velocities()
    /// Where each aggregate's expressions stand.
    var velocityNodes: [(value: Node, condition: Node)] = []
    /// Known before the rules are read; snoozes themselves are read after the rules whose matches they set aside.
    var hasSnoozes = false
    var snoozes: [Snooze] = []
    var breakers: [CircuitBreaker] = []
    var tests: [RuleTest] = []

    private init(file: String, text: String, schema: TransactionSchema, tables: RuleListTables?) {
        source = RuleSource(file: file, text: text)
        self.file = file
        self.schema = schema
        self.tables = tables
        facts = FactTable(schema)
        compiler = Compiler(names: facts.names)
    }

    static func read(
        text: String, file: String, schema: TransactionSchema, tables: RuleListTables?
    ) throws(RuleSetError) -> RuleSet {
        var reader = RuleSetReader(file: file, text: text, schema: schema, tables: tables)
        reader.readDocument(text)
        guard reader.diagnostics.isEmpty else {
            throw RuleSetError(
                diagnostics: reader.diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) },
                lists: reader.listSources)
        }
        return reader.ruleSet
    }

    private var ruleSet: RuleSet {
        RuleSet(
            RuleSetParts(
                rules: rules, off: off, lists: lists, velocities: velocities, snoozes: snoozes,
                breakers: breakers, tests: tests, names: facts.names, program: compiler.program,
                bindings: facts.bindings(usedBy: compiler.program.factsUsed)),
            schema: schema)
    }

    private mutating func readDocument(_ text: String) {
        let root: Node?
        do {
            root = try Node.document(text)
        } catch {
            diagnostics.append(source.diagnostic(yamlError: error))
            return
        }
        guard let root, root.null == nil else {
            diagnostics.append(
                source.diagnostic("the file is empty; expected a mapping with 'rules'", line: 1, column: 1))
            return
        }
        guard let mapping = root.mapping else {
            diagnostics.append(source.diagnostic("expected a mapping with 'rules' and 'lists'", at: root))
            return
        }
        reportUnknown(in: mapping, among: Self.sections)
        // Conditions name lists and aggregates wherever those stand.
        if let node = section("lists", of: mapping) { readLists(node) }
        if let node = section("velocity", of: mapping) { declareVelocities(node) }
        compiler = Compiler(names: facts.names)
        compileVelocities()
        hasSnoozes = section("snoozes", of: mapping) != nil
        if mapping["rules"] == nil { diagnostics.append(source.diagnostic("expected the key 'rules'", at: root)) }
        if let node = section("rules", of: mapping) { readRules(node) }
        if let node = section("snoozes", of: mapping) { readSnoozes(node) }
        if let node = section("breakers", of: mapping) { readBreakers(node) }
        if let node = section("tests", of: mapping) { readTests(node) }
    }

    /// What stands under a key; nil where nothing does.
    private func section(_ name: String, of mapping: Node.Mapping) -> Node? {
        mapping[name].flatMap { $0.null == nil ? $0 : nil }
    }

    // MARK: What every part needs

    mutating func report(_ message: String, at node: Node, rule: String? = nil, field: String? = nil) {
        diagnostics.append(source.diagnostic(message, at: node, rule: rule, field: field))
    }

    mutating func reportUnknown(in mapping: Node.Mapping, among known: [String], rule: String? = nil) {
        for (key, _) in mapping where !known.contains(key.string ?? "") {
            let name = key.string ?? ""
            let hint = NearestName.of(name, among: known).map { "; did you mean '\($0)'?" }
            report(
                "unknown key '\(name)'\(hint ?? "; expected one of \(known.joined(separator: ", "))")", at: key,
                rule: rule)
        }
    }

    mutating func reportUnknown(rule: String, at node: Node, field: String) {
        let hint = NearestName.of(rule, among: ruleIDs.sorted()).map { "; did you mean '\($0)'?" } ?? ""
        report("no rule has the id '\(rule)'\(hint)", at: node, field: field)
    }

    mutating func optional(_ field: String, of mapping: Node.Mapping, rule: String? = nil) -> String? {
        guard let value = mapping[field] else { return nil }
        guard let text = value.scalar?.string else {
            report("expected text", at: value, rule: rule, field: field)
            return nil
        }
        return text
    }

    mutating func required(
        _ field: String, of mapping: Node.Mapping, at node: Node, what: String, rule: String? = nil
    ) -> String? {
        guard mapping[field] != nil else {
            report("the \(what) lacks '\(field)'", at: node, rule: rule, field: field)
            return nil
        }
        guard let text = optional(field, of: mapping, rule: rule) else { return nil }
        guard !text.isEmpty else {
            report("'\(field)' is empty", at: mapping[field] ?? node, rule: rule, field: field)
            return nil
        }
        return text
    }

    /// One of an enumeration's names; nil, reported, for anything else.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ field: String, of mapping: Node.Mapping, default usual: Choice, rule: String? = nil
    ) -> Choice where Choice.RawValue == String {
        guard let value = mapping[field], let text = optional(field, of: mapping, rule: rule) else { return usual }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        report("unknown \(field) '\(text)'; expected one of \(names)", at: value, rule: rule, field: field)
        return usual
    }

    /// An event time, or a day for its beginning.
    mutating func time(_ field: String, of mapping: Node.Mapping, rule: String? = nil) -> EventTime? {
        guard let value = mapping[field], let text = optional(field, of: mapping, rule: rule) else { return nil }
        if let time = EventTime(iso8601: text) ?? EventTime(iso8601: text + "T00:00:00Z") { return time }
        report("expected a day or a time such as 2026-03-01T12:00:00Z", at: value, rule: rule, field: field)
        return nil
    }

    mutating func number(
        _ field: String, of mapping: Node.Mapping, in range: ClosedRange<Double>, rule: String? = nil
    ) -> Double? {
        guard let value = mapping[field], let text = optional(field, of: mapping, rule: rule) else { return nil }
        if let number = Double(text), range.contains(number) { return number }
        let bounds = "\(NumberText.shortest(range.lowerBound)) to \(NumberText.shortest(range.upperBound))"
        report("expected a number from \(bounds)", at: value, rule: rule, field: field)
        return nil
    }

    /// Parses and checks an expression, reporting all that is wrong with it.
    mutating func check(
        _ text: String, at node: Node, names: NameTable, rule: String?, field: String, wants: [StaticType]? = nil,
        but message: String = ""
    ) -> (expression: Expression, type: StaticType)? {
        do throws(ExpressionFault) {
            let expression = try Parser.parse(text)
            var (type, faults) = Checker.check(expression, names: names)
            if faults.isEmpty, let wants, type != .dyn, !wants.contains(type) {
                faults.append(ExpressionFault("\(message), this is a \(type)", at: expression.span))
            }
            diagnostics += faults.map { source.diagnostic($0, in: text, at: node, rule: rule, field: field) }
            return faults.isEmpty ? (expression, type) : nil
        } catch {
            diagnostics.append(source.diagnostic(error, in: text, at: node, rule: rule, field: field))
            return nil
        }
    }

    /// Compiles a checked expression.
    mutating func compile(
        _ expression: Expression, _ text: String, at node: Node, rule: String?, field: String
    ) -> CompiledExpression? {
        do throws(ExpressionFault) {
            return try compiler.add(expression)
        } catch {
            diagnostics.append(source.diagnostic(error, in: text, at: node, rule: rule, field: field))
            return nil
        }
    }
}
