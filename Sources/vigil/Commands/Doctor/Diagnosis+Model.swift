import Pipeline
import Rules
import Scoring
import Sequences
import Transactions

extension Diagnosis {
    /// Whether the model loads; returns its schema.
    mutating func checkModel(_ path: String?) -> TransactionSchema? {
        let advice = "Train one with 'vigil train … --out DIR' and set model.path to it"
        guard let path else {
            fault("model", "model.path is not set", advice: advice, exitCode: 2)
            return nil
        }
        guard let model = attempt("model", advice: advice, { try Model.load(from: path) }) else { return nil }
        ok("model", "\(path), schema \(model.encoder.schema.name), hash \(model.hash.prefix(12))")
        return model.encoder.schema
    }

    /// Whether the rules mean something in the model's schema and pass their own tests.
    mutating func checkRules(_ reader: SettingsReader, schema: TransactionSchema?) {
        let advice = "Correct them; 'vigil rules check' and 'vigil rules test' say the same"
        let configured = attempt("rules", advice: "Name one or the other") { try reader.ruleOrigin() }
        guard let configured else { return }
        guard let origin = configured else {
            warn("rules", "none configured: the model alone decides", advice: "Set rules.path to use rules")
            return
        }
        guard let schema else {
            warn("rules", "not checked without a model", advice: "Repair the model first")
            return
        }
        let rules = attempt("rules", advice: advice) {
            let rules = try reader.rules(origin, schema: schema)
            try RuleTester.check(rules, file: origin.description)
            return rules
        }
        if let rules { ok("rules", "\(origin), \(rules.rules.count) rules, hash \(rules.hash.prefix(12))") }
    }
}
