import ArgumentParser

/// `vigil version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints what this program is.")

    @OptionGroup var output: JSONOption

    func run() throws {
        let versions = Versions(vigil: Version.current, swift: Version.swift)
        if output.json {
            try Terminal.json(versions)
        } else {
            Terminal.data("vigil \(versions.vigil) (Swift \(versions.swift))")
        }
    }

    private struct Versions: Encodable {
        var vigil: String
        /// The compiler's, as far as it lets itself be known.
        var swift: String
    }
}
