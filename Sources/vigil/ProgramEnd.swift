import ArgumentParser
import Evaluation
import Foundation
import Kafka
import Postgres
import Rules
import Scoring
import Training
import Transactions
import Transformer

/// The one place where a thrown error becomes words for a person and an exit code.
enum ProgramEnd {
    /// 0 done, 1 failed, 2 bad usage or bad configuration.
    static func code(for error: any Error) -> Int32 {
        switch error {
        case is SettingsFault, is SchemaError, is RuleSetError, is ModelFault: 2
        // A file that is not there or does not fit the schema from its first line on was named wrongly; a bad row
        // further down is not the caller's doing.
        case let error as DataFileError: error.line ?? 1 == 1 ? 2 : 1
        case TrainingError.option: 2
        default: parserCode(for: error)
        }
    }

    /// What to tell a person, without the usage of the command.
    static func words(for error: any Error) -> String {
        switch error {
        case let error as RuleSetError:
            error.diagnostics.map(\.description).joined(separator: "\n")
        case let error as TrainingError:
            error.words
        case let error as TransformerError:
            error.words
        case let error as PostgresError:
            [error.description, advice(for: error)].compactMap { $0 }.joined(separator: ". ")
        case let error as CocoaError:
            error.localizedDescription
        default:
            "\(error)"
        }
    }

    static func exit(with error: any Error) -> Never {
        let code = code(for: error)
        if code == 0 {
            // Help and the version are what was asked for.
            print(Vigil.fullMessage(for: error))
        } else if !(error is ExitCode) {
            Terminal.say(isUsage(error) ? Vigil.fullMessage(for: error) : "Error: \(words(for: error))")
        }
        Foundation.exit(code)
    }

    /// What an operator can do about a database's answer, where that is known.
    static func advice(for error: PostgresError) -> String? {
        switch error.sqlState {
        case "42P01", "3F000": "Run 'vigil migrate' on this database first"
        case "42501": "Let the role act as one of vigil's: GRANT vigil_writer (or vigil_analyst) TO it"
        case "28P01", "28000": "Check postgres.user, postgres.password and the server's pg_hba.conf"
        case "3D000": "Create the database, or correct postgres.database"
        default: error.isConnectionLost ? "Check that the server runs, postgres.host and postgres.port" : nil
        }
    }

    private static func parserCode(for error: any Error) -> Int32 {
        let code = Vigil.exitCode(for: error)
        return code == .validationFailure ? 2 : code.rawValue
    }

    /// Whether ArgumentParser found the fault and knows the usage to show.
    private static func isUsage(_ error: any Error) -> Bool {
        Vigil.exitCode(for: error) == .validationFailure
    }
}
