import ArgumentParser

/// `vigil version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints what this program is.")

    @OptionGroup var output: JSONOption

    func run() throws {
        let versions = Versions(vigil: Version.current, swift: Self.compiler)
        if output.json {
            try Terminal.json(versions)
        } else {
            Terminal.data("vigil \(versions.vigil) (Swift \(versions.swift))")
        }
    }

    private struct Versions: Encodable {
        var vigil: String
        var swift: String
    }

    /// What this was compiled with, as far as the compiler lets itself be known.
    private static var compiler: String {
        #if compiler(>=6.4)
        "6.4 or newer"
        #elseif compiler(>=6.3)
        "6.3"
        #elseif compiler(>=6.2)
        "6.2"
        #else
        "older than 6.2"
        #endif
    }
}
