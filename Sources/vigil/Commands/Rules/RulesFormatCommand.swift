import ArgumentParser
import Foundation
import Rules

/// `vigil rules format`: rule files in their canonical form.
struct RulesFormatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "format", abstract: "Writes rule files in their canonical form.",
        discussion: """
            To standard output; with --in-place over the files. Expressions get the spaces and parentheses they need and no \
            others, long ones a line for each operand; comments and order stay, and so does the rule set's hash. Needs no \
            schema. --check writes nothing and ends with exit code 1 where a file would change.
            """)

    @Argument(help: "Rule files (YAML).")
    var files: [String]

    @Flag(help: "Only say which files would change.")
    var check = false

    @Flag(help: "Overwrite the files that change.")
    var inPlace = false

    func validate() throws {
        if check, inPlace { throw ValidationError("give either --check or --in-place") }
    }

    func run() async throws {
        var changed = 0
        for file in files {
            guard let text = String(validating: try Terminal.input(file), as: UTF8.self) else {
                throw Failure("\(file): not UTF-8")
            }
            let formatted = try RuleFormatter.format(text, file: file)
            guard check || inPlace else {
                FileHandle.standardOutput.write(Data(formatted.utf8))
                continue
            }
            // Bytes, for Unicode's equality knows several spellings of one text.
            guard !formatted.utf8.elementsEqual(text.utf8) else { continue }
            changed += 1
            Terminal.say("\(file): \(check ? "would change" : "formatted")")
            if inPlace { try Self.replace(file, by: formatted) }
        }
        if check, changed > 0 { throw Failure("\(changed) of \(files.count) files would change") }
    }

    /// Puts new text in the place of a file, or of the one a link leads to, under the same permissions.
    private static func replace(_ file: String, by text: String) throws {
        let url = URL(fileURLWithPath: file).resolvingSymlinksInPath()
        let permissions = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions]
        try Data(text.utf8).write(to: url, options: .atomic)
        guard let permissions else { return }
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: url.path)
    }
}
