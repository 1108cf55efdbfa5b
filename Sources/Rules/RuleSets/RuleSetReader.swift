internal import Transactions
internal import Yams

/// Reads a rule file, collecting everything wrong with it before giving up.
struct RuleSetReader {
    private static let fields = ["id", "description", "when", "action", "priority", "reason"]
    private static let priorities = -1_000_000...1_000_000

    private let source: RuleSource
    private var names: NameTable
    private var compiler: Compiler
    private var diagnostics: [RuleDiagnostic] = []
    private var rules: [CompiledRule] = []
    private var lists: [(name: String, elements: [String])] = []

    private init(file: String, text: String, names: NameTable) {
        source = RuleSource(file: file, text: text)
        self.names = names
        compiler = Compiler(names: names)
    }

    static func read(
        text: String, file: String, schema: TransactionSchema, facts: [RuleFact]
    ) throws(RuleSetError) -> RuleSet {
        let (names, bindings) = FactBinding.declare(schema, facts: facts)
        var reader = RuleSetReader(file: file, text: text, names: names)
        reader.readDocument(text)
        guard reader.diagnostics.isEmpty else {
            throw RuleSetError(diagnostics: reader.diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
        }
        return RuleSet(
            compiled: reader.rules, lists: reader.lists, program: reader.compiler.program, bindings: bindings)
    }

    // MARK: The document

    private mutating func readDocument(_ text: String) {
        let root: Node?
        do {
            root = try compose(yaml: text)
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
        // Lists come first: conditions name them wherever they stand.
        for (key, value) in mapping where key.string == "lists" { readLists(value) }
        compiler = Compiler(names: names)
        for (key, value) in mapping {
            switch key.string {
            case "lists": break
            case "rules": readRules(value)
            default: reportUnknown(key, among: ["rules", "lists"])
            }
        }
        if mapping["rules"] == nil {
            diagnostics.append(source.diagnostic("expected the key 'rules'", at: root))
        }
    }

    private mutating func reportUnknown(_ key: Node, among known: [String], rule: String? = nil) {
        let name = key.string ?? ""
        let hint = NearestName.of(name, among: known).map { "; did you mean '\($0)'?" }
        diagnostics.append(
            source.diagnostic(
                "unknown key '\(name)'\(hint ?? "; expected one of \(known.joined(separator: ", "))")", at: key,
                rule: rule))
    }

    private mutating func readLists(_ node: Node) {
        guard let mapping = node.mapping else {
            diagnostics.append(
                source.diagnostic("expected a mapping from names to lists of strings", at: node, field: "lists"))
            return
        }
        for (key, value) in mapping {
            guard let name = key.string, name.utf8.first?.startsIdentifier == true,
                name.utf8.allSatisfy(\.continuesIdentifier), !Parser.reserved.contains(name)
            else {
                diagnostics.append(
                    source.diagnostic("a list's name is made of letters, digits and '_'", at: key, field: "lists"))
                continue
            }
            var elements: [String] = []
            for element in value.sequence.map(Array.init) ?? [] {
                if let text = element.scalar?.string {
                    elements.append(text)
                } else {
                    diagnostics.append(source.diagnostic("expected a string", at: element, field: "lists.\(name)"))
                }
            }
            if value.sequence == nil {
                diagnostics.append(source.diagnostic("expected a list of strings", at: value, field: "lists.\(name)"))
            }
            lists.append((name, elements))
            names.declareConstant("lists." + name, .list(elements.map { .string($0) }), .list(.string))
        }
    }

    private mutating func readRules(_ node: Node) {
        guard let sequence = node.sequence else {
            if node.null == nil {
                diagnostics.append(source.diagnostic("expected a list of rules", at: node, field: "rules"))
            }
            return
        }
        var seen: [String: Int] = [:]
        for node in sequence {
            guard let mapping = node.mapping else {
                diagnostics.append(
                    source.diagnostic("expected a rule: a mapping with 'id', 'when' and 'action'", at: node))
                continue
            }
            let id = mapping["id"]?.scalar?.string
            if let id, let idNode = mapping["id"] {
                if let line = seen[id] {
                    diagnostics.append(
                        source.diagnostic(
                            "the id '\(id)' is taken by the rule on line \(line)", at: idNode, rule: id, field: "id"))
                } else {
                    seen[id] = idNode.mark?.line ?? 0
                }
            }
            readRule(mapping, at: node, id: id)
        }
        rules = rules.enumerated()
            .sorted { ($1.element.rule.priority, $0.offset) < ($0.element.rule.priority, $1.offset) }.map(\.element)
    }

    // MARK: One rule

    private mutating func readRule(_ mapping: Node.Mapping, at node: Node, id: String?) {
        for (key, _) in mapping where !Self.fields.contains(key.string ?? "") {
            reportUnknown(key, among: Self.fields, rule: id)
        }
        let identifier = required("id", of: mapping, at: node, rule: id)
        let when = required("when", of: mapping, at: node, rule: id)
        let actionText = required("action", of: mapping, at: node, rule: id)
        let action = actionText.flatMap { RuleAction($0) }
        if let actionText, action == nil, let value = mapping["action"] {
            diagnostics.append(
                source.diagnostic(
                    "unknown action '\(actionText)'; expected \(RuleAction.expectation)", at: value, rule: id,
                    field: "action"))
        }
        let priority = self.priority(of: mapping, rule: id)
        let description = optional("description", of: mapping, rule: id)
        let reasonText = optional("reason", of: mapping, rule: id)
        let start = when.flatMap { compile($0, at: mapping["when"] ?? node, rule: id, field: "when") }
        let reason =
            reasonText.map { template($0, at: mapping["reason"] ?? node, rule: id) }
            ?? ReasonTemplate(parts: [.text(description ?? when ?? "")])
        guard let identifier, let when, let action, let start else { return }
        let rule = Rule(
            id: identifier, description: description, condition: when, action: action, priority: priority,
            reason: reasonText ?? description ?? when, line: node.mark?.line ?? 1)
        rules.append(CompiledRule(rule: rule, start: start, reason: reason, action: action.description))
    }

    private mutating func optional(_ field: String, of mapping: Node.Mapping, rule: String?) -> String? {
        guard let value = mapping[field] else { return nil }
        guard let text = value.scalar?.string else {
            diagnostics.append(source.diagnostic("expected text", at: value, rule: rule, field: field))
            return nil
        }
        return text
    }

    private mutating func required(_ field: String, of mapping: Node.Mapping, at node: Node, rule: String?) -> String? {
        guard mapping[field] != nil else {
            diagnostics.append(source.diagnostic("the rule lacks '\(field)'", at: node, rule: rule, field: field))
            return nil
        }
        guard let text = optional(field, of: mapping, rule: rule) else { return nil }
        guard !text.isEmpty else {
            diagnostics.append(
                source.diagnostic("'\(field)' is empty", at: mapping[field] ?? node, rule: rule, field: field))
            return nil
        }
        return text
    }

    private mutating func priority(of mapping: Node.Mapping, rule: String?) -> Int {
        guard let value = mapping["priority"] else { return 0 }
        guard let number = value.scalar.flatMap({ Int($0.string) }), Self.priorities.contains(number) else {
            diagnostics.append(
                source.diagnostic("expected a whole number within ±1000000", at: value, rule: rule, field: "priority"))
            return 0
        }
        return number
    }

    private mutating func template(_ text: String, at node: Node, rule: String?) -> ReasonTemplate {
        var parts: [ReasonTemplate.Part] = []
        do throws(ExpressionFault) {
            for (text, hole) in try ReasonTemplate.split(text) {
                if !text.isEmpty { parts.append(.text(text)) }
                guard let hole else { continue }
                if let start = compile(hole.text, at: node, rule: rule, field: "reason") {
                    parts.append(.expression(start))
                }
            }
        } catch {
            diagnostics.append(source.diagnostic(error, in: text, at: node, rule: rule, field: "reason"))
        }
        return ReasonTemplate(parts: parts)
    }

    /// Parses, checks and compiles an expression, reporting all that is wrong with it.
    private mutating func compile(_ text: String, at node: Node, rule: String?, field: String) -> Int? {
        do throws(ExpressionFault) {
            let expression = try Parser.parse(text)
            var (type, faults) = Checker.check(expression, names: names)
            if faults.isEmpty, field == "when", type != .bool, type != .dyn {
                faults.append(ExpressionFault("a condition is true or false, this is a \(type)", at: expression.span))
            }
            guard faults.isEmpty else {
                diagnostics += faults.map { source.diagnostic($0, in: text, at: node, rule: rule, field: field) }
                return nil
            }
            return try compiler.add(expression)
        } catch {
            diagnostics.append(source.diagnostic(error, in: text, at: node, rule: rule, field: field))
            return nil
        }
    }
}
