internal import Crypto
internal import Foundation
public import Sequences
public import Transactions

/// Rules checked and compiled for one transaction schema. Immutable; evaluated through a `RuleEvaluator`.
public struct RuleSet: Sendable {
    /// Largest rule file accepted, in bytes.
    static let fileLimit = 16 << 20

    /// Those not off, in order of evaluation: by tier, then by priority, then by place in the file.
    public let rules: [Rule]
    /// How many rules are off.
    public var offCount: Int { off.count }
    public let velocityDeclarations: [VelocityDeclaration]
    /// What is kept of every user.
    public var aggregateLayout: AggregateLayout { velocities.layout }
    /// The most bytes that the aggregates take of one user, each state counted once whoever shares it.
    public var velocityBytesPerUser: Int { velocities.layout.specifications.reduce(0) { $0 + $1.byteLimit } }
    public let lists: [RuleList]
    public let snoozes: [Snooze]
    public let breakers: [CircuitBreaker]
    /// The set's own fixtures; see `RuleTester`.
    public let tests: [RuleTest]
    /// SHA-256, in hexadecimal, of what the set decides and says: ids, conditions, actions, tiers, priorities, reasons,
    /// aggregates, lists with their elements, snoozes and breakers. Layout, within conditions too, comments, owners,
    /// tests, rules that are off, descriptions not used as reasons, and the file's name do not count.
    public let hash: String

    public let schema: TransactionSchema
    let entityNames: [String]
    let riskReader: EntityRiskReader
    /// All names conditions may use.
    let names: NameTable
    let compiled: [CompiledRule]
    /// Rules that are off: for explanations only.
    let off: [CompiledRule]
    let velocities: Velocities
    let program: Program
    /// Bindings of the facts some rule reads; the others are never fetched.
    let bindings: [FactBinding]
    let mandatoryRules: Set<String>
    /// By the user or entity they are for.
    let snoozesByKey: [Text: [Snooze]]

    init(_ parts: RuleSetParts, schema: TransactionSchema) {
        self.schema = schema
        entityNames = schema.entities.map(\.name)
        riskReader = EntityRiskReader(schema: schema)
        names = parts.names
        compiled = parts.rules
        rules = parts.rules.map(\.rule)
        off = parts.off
        lists = parts.lists
        snoozes = parts.snoozes
        breakers = parts.breakers
        tests = parts.tests
        velocities = parts.velocities
        velocityDeclarations = parts.velocities.declared.map(\.declaration)
        program = parts.program
        bindings = parts.bindings
        mandatoryRules = Set(rules.filter { $0.tier == .mandatory }.map(\.id))
        snoozesByKey = Dictionary(grouping: parts.snoozes) { Text($0.key) }
        hash = Self.hash(of: parts)
    }

    /// Whether some rule reads what was decided on the user's event before.
    public var readsLastDecision: Bool {
        bindings.contains { if case .lastDecision = $0.source { true } else { false } }
    }

    /// Reads, checks and compiles a rule file.
    ///
    /// - Parameter tables: gives the elements of a list kept in a table; without it such lists are empty.
    /// - Throws: every fault of the file at once.
    public static func load(
        path: String, schema: TransactionSchema, tables: RuleListTables? = nil
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
        return try load(text: text, file: path, schema: schema, tables: tables)
    }

    /// Checks and compiles rules from their text; `file` is what diagnostics call it, and lists in files are sought
    /// beside it.
    ///
    /// - Throws: every fault of the text at once.
    public static func load(
        text: String, file: String = "rules", schema: TransactionSchema, tables: RuleListTables? = nil
    ) throws(RuleSetError) -> RuleSet {
        try RuleSetReader.read(text: text, file: file, schema: schema, tables: tables)
    }

    /// A set without rules: the score alone decides.
    public static func empty(schema: TransactionSchema) -> RuleSet {
        RuleSet(RuleSetParts(names: NameTable(), program: Compiler(names: NameTable()).program), schema: schema)
    }

    private static func unreadable(_ path: String, _ message: String) -> RuleSetError {
        RuleSetError(diagnostics: [
            RuleDiagnostic(file: path, line: 1, column: 1, rule: nil, field: nil, message: message, excerpt: "")
        ])
    }

    /// Every part goes in with its length, so that no two sets share their bytes.
    private static func hash(of parts: RuleSetParts) -> String {
        var hasher = SHA256()
        func add(_ texts: [String]) {
            for text in texts { hasher.update(data: Data("\(text.utf8.count):\(text)".utf8)) }
        }
        add(["vigil rules 2"])
        for rule in parts.rules.map(\.rule) {
            add([
                "rule", rule.id, ExpressionText.canonical(rule.condition) ?? rule.condition, rule.action.description,
                rule.tier.rawValue, String(rule.priority), rule.reason,
                rule.expires.map { String($0.milliseconds) } ?? "", rule.state.rawValue, String(rule.sample),
            ])
        }
        for velocity in parts.velocities.declared.map(\.declaration).sorted(by: { $0.name < $1.name }) {
            add(["velocity", velocity.name, velocity.function.rawValue, String(velocity.specification.id)])
        }
        for list in parts.lists.sorted(by: { $0.name < $1.name }) {
            add(["list", list.name, String(list.elements.count)] + list.elements)
        }
        for snooze in parts.snoozes {
            add(["snooze", snooze.rule ?? "", snooze.entity ?? "", snooze.key, String(snooze.until.milliseconds)])
        }
        for breaker in parts.breakers.sorted(by: { $0.action.rawValue < $1.action.rawValue }) {
            add(["breaker", breaker.action.rawValue, String(breaker.dailyShare), String(breaker.allowance)])
        }
        return hasher.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

/// What a rule file was read into.
struct RuleSetParts {
    var rules: [CompiledRule] = []
    var off: [CompiledRule] = []
    var lists: [RuleList] = []
    var velocities = Velocities()
    var snoozes: [Snooze] = []
    var breakers: [CircuitBreaker] = []
    var tests: [RuleTest] = []
    var names: NameTable
    var program: Program
    var bindings: [FactBinding] = []
}
