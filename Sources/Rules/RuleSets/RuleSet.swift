internal import Crypto
internal import Foundation
public import Transactions

/// Rules checked and compiled for one transaction schema. Immutable; evaluated through a `RuleEvaluator`.
public struct RuleSet: Sendable {
    /// Largest rule file accepted, in bytes.
    static let fileLimit = 16 << 20

    /// In order of evaluation: by priority, then by place in the file.
    public let rules: [Rule]
    /// SHA-256, in hexadecimal, of what the set decides and says: ids, conditions, actions, priorities, reasons and lists.
    /// Layout, comments, descriptions not used as reasons, and the file's name do not count.
    public let hash: String

    let compiled: [CompiledRule]
    let program: Program
    /// Bindings of the facts some expression reads; the others are never fetched.
    let bindings: [FactBinding]

    init(
        compiled: [CompiledRule], lists: [(name: String, elements: [String])], program: Program, bindings: [FactBinding]
    ) {
        self.compiled = compiled
        self.program = program
        self.bindings = bindings.filter { program.factsUsed.contains($0.slot) }
        rules = compiled.map(\.rule)
        hash = Self.hash(of: rules, lists: lists)
    }

    /// Reads, checks and compiles a rule file.
    ///
    /// - Parameter facts: what conditions may name beyond the transaction; evaluation gives their values in this order.
    /// - Throws: every fault of the file at once.
    public static func load(
        path: String, schema: TransactionSchema, facts: [RuleFact] = []
    ) throws(RuleSetError) -> RuleSet {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw unreadable(path, "the file cannot be read: \(error.localizedDescription)")
        }
        guard bytes.count <= fileLimit else { throw unreadable(path, "the file is larger than \(fileLimit >> 20) MiB") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw unreadable(path, "the file is not UTF-8")
        }
        return try load(text: text, file: path, schema: schema, facts: facts)
    }

    /// Checks and compiles rules from their text; `file` is what diagnostics call it.
    ///
    /// - Throws: every fault of the text at once.
    public static func load(
        text: String, file: String = "rules", schema: TransactionSchema, facts: [RuleFact] = []
    ) throws(RuleSetError) -> RuleSet {
        try RuleSetReader.read(text: text, file: file, schema: schema, facts: facts)
    }

    /// A set without rules: the score alone decides.
    public static func empty(schema: TransactionSchema) -> RuleSet {
        let (names, bindings) = FactBinding.declare(schema, facts: [])
        return RuleSet(compiled: [], lists: [], program: Compiler(names: names).program, bindings: bindings)
    }

    private static func unreadable(_ path: String, _ message: String) -> RuleSetError {
        RuleSetError(diagnostics: [
            RuleDiagnostic(file: path, line: 1, column: 1, rule: nil, field: nil, message: message, excerpt: "")
        ])
    }

    /// Every part goes in with its length, so that no two sets share their bytes.
    private static func hash(of rules: [Rule], lists: [(name: String, elements: [String])]) -> String {
        var hasher = SHA256()
        func add(_ text: String) {
            hasher.update(data: Data("\(text.utf8.count):".utf8))
            hasher.update(data: Data(text.utf8))
        }
        add("vigil rules 1")
        for rule in rules {
            for part in ["rule", rule.id, rule.condition, rule.action.description, String(rule.priority), rule.reason] {
                add(part)
            }
        }
        for list in lists.sorted(by: { $0.name < $1.name }) {
            add("list")
            add(list.name)
            add(String(list.elements.count))
            list.elements.forEach(add)
        }
        return hasher.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
