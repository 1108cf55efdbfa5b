import ArgumentParser

/// `vigil doctor`: whether `vigil run` would work, and what to do where it would not.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks the configuration and all that it points to.",
        discussion: "Exit code 1 where something is at fault, 2 where the configuration itself is.")

    @Flag(
        help:
            "Proves from PostgreSQL and the topics that every offset consumed was scored, a duplicate or dead-lettered."
    )
    var reconcile = false

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: JSONOption

    func run() async throws {
        let reader = try await options.reader()
        var diagnosis = Diagnosis()
        diagnosis.ok("configuration", reader.file ?? "no file, flags and environment only")
        let correct = "Correct the setting; VIGIL_… variables and --set stand above the file"
        if let kafka = diagnosis.attempt("broker", advice: correct, { try reader.kafka() }) {
            diagnosis.checkBroker(kafka, topics: reader.topics())
        }
        if let postgres = diagnosis.attempt("postgresql", advice: correct, { try reader.postgres() }) {
            diagnosis.checkDatabase(postgres)
        }
        if reconcile, let kafka = try? reader.kafka(), let postgres = try? reader.postgres() {
            diagnosis.reconcile(kafka, postgres, topics: reader.topics())
            diagnosis.checkOrder(postgres, topics: reader.topics())
        }
        let schema = diagnosis.checkModel(reader.text("model.path"))
        diagnosis.checkRules(reader, schema: schema)
        diagnosis.checkPrivacy(reader)
        report(diagnosis)
        if output.json {
            try Terminal.json(Report(healthy: diagnosis.exitCode == 0, checks: diagnosis.findings))
        }
        if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
    }

    private func report(_ diagnosis: Diagnosis) {
        for line in diagnosis.findings.flatMap(\.lines) { Terminal.say(line) }
        let faults = diagnosis.findings.count { $0.state == .fault }
        let warnings = diagnosis.findings.count { $0.state == .warning }
        Terminal.say("\(diagnosis.findings.count) findings: \(faults) faults, \(warnings) warnings")
    }

    private struct Report: Encodable {
        var healthy: Bool
        var checks: [Finding]
    }
}

extension Diagnosis {
    /// Whether users' ids can be turned into pseudonyms.
    mutating func checkPrivacy(_ reader: SettingsReader) {
        let advice = "Make a key once and keep it: openssl rand -hex 32 > vigil.key, and set privacy.key_file to it"
        let mode = attempt("pseudonyms", advice: "Set privacy.user_ids to pseudonym or plain") {
            try reader.choice("privacy.user_ids", among: ["pseudonym", "plain"], default: "pseudonym")
        }
        guard let mode else { return }
        if mode == "plain" {
            warn(
                "pseudonyms", "user ids are stored as they are",
                advice: "Leave privacy.user_ids out and set privacy.key_file where ids are personal data")
        } else if attempt("pseudonyms", advice: advice, { try reader.pseudonymizer() }) != nil {
            ok("pseudonyms", "keyed")
        }
    }
}
