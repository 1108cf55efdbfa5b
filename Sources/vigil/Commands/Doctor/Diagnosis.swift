import Kafka
import Postgres

/// Runs checks one after the other; one that fails does not keep the others from being made.
struct Diagnosis {
    private(set) var findings: [Finding] = []
    /// 2 where the configuration is bad, 1 where anything else is at fault.
    private(set) var exitCode: Int32 = 0

    mutating func ok(_ check: String, _ detail: String) {
        findings.append(Finding(check: check, state: .ok, detail: detail))
    }

    mutating func warn(_ check: String, _ detail: String, advice: String) {
        findings.append(Finding(check: check, state: .warning, detail: detail, advice: advice))
    }

    /// - Parameter exitCode: 2 where the configuration is what is at fault.
    mutating func fault(_ check: String, _ detail: String, advice: String, exitCode: Int32 = 1) {
        findings.append(Finding(check: check, state: .fault, detail: detail, advice: advice))
        self.exitCode = max(self.exitCode, exitCode)
    }

    /// The answer of a step, or nil where it failed: then its error is a fault of this check.
    mutating func attempt<Answer>(_ check: String, advice: String, _ body: () throws -> Answer) -> Answer? {
        do {
            return try body()
        } catch {
            let known = (error as? PostgresError).flatMap { ProgramEnd.advice(for: $0) }
            let detail = (error as? PostgresError)?.description ?? ProgramEnd.words(for: error)
            fault(check, detail, advice: known ?? advice, exitCode: ProgramEnd.code(for: error))
            return nil
        }
    }
}
