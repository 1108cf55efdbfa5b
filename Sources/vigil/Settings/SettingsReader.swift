import Configuration
import Foundation
import SystemPackage
import Transactions
import Yams

/// Settings by key: flags over environment over the YAML file.
struct SettingsReader {
    let file: String?
    private let reader: ConfigReader
    private let lines: [String: Int]
    private let flags: [String: String]

    /// - Parameter flags: values given on the command line, by key.
    /// - Throws: `SettingsFault` for a file that cannot be read or has keys that do not exist.
    init(file: String?, flags: [String: String] = [:]) async throws {
        self.file = file
        self.flags = flags
        var providers: [any ConfigProvider] = [
            InMemoryProvider(
                name: "flags",
                values: Dictionary(
                    uniqueKeysWithValues: flags.map { key, value in
                        (AbsoluteConfigKey(ConfigKey(key)), ConfigValue(.string(value), isSecret: false))
                    })),
            EnvironmentVariablesProvider().prefixKeys(with: "vigil"),
        ]
        if let file {
            lines = try Self.checkedLines(of: file)
            do {
                providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)))
            } catch {
                throw SettingsFault(file: file, field: "(file)", expected: "\(error)")
            }
        } else {
            lines = [:]
        }
        reader = ConfigReader(providers: providers)
    }

    /// The value as text; numbers and booleans in the file count as their text.
    func text(_ key: String, isSecret: Bool = false) -> String? {
        let key = ConfigKey(key)
        let text = reader.string(forKey: key, isSecret: isSecret)
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    func required(_ key: String) throws -> String {
        guard let text = text(key) else {
            throw fault(key, "missing; set it in the file, as \(environmentName(key)) or by its flag")
        }
        return text
    }

    /// A list, in a flag as in the environment one text with commas between.
    func texts(_ key: String) -> [String] {
        if let flag = flags[key] {
            return flag.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return reader.stringArray(forKey: ConfigKey(key), default: [])
    }

    func int(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = text(key) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw fault(key, "a whole number from \(range.lowerBound) to \(range.upperBound) expected")
        }
        return value
    }

    func probability(_ key: String) throws -> Float? {
        guard let text = text(key) else { return nil }
        guard let value = Float(text), value > 0, value <= 1 else {
            throw fault(key, "a number above 0, up to 1, expected")
        }
        return value
    }

    func milliseconds(_ key: String) throws -> Int64? {
        guard let text = text(key) else { return nil }
        guard let value = DurationText.milliseconds(text) else {
            throw fault(key, "a duration such as 250ms, 30s, 5m or 7d expected")
        }
        return value
    }

    /// Bytes with an optional unit: 512MiB, 2GiB.
    func bytes(_ key: String) throws -> Int? {
        guard let text = text(key) else { return nil }
        let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("", 0)]
        for (unit, shift) in units where text.hasSuffix(unit) {
            if let value = Int(text.dropLast(unit.count)), (1..<1 << 30).contains(value) { return value << shift }
            break
        }
        throw fault(key, "a size such as 512MiB or 2GiB expected")
    }

    func choice(_ key: String, among choices: [String], default value: String) throws -> String {
        let text = text(key) ?? value
        guard choices.contains(text) else { throw fault(key, "one of \(choices.joined(separator: ", ")) expected") }
        return text
    }

    /// A secret from its key or from the file that `key_file` names; a trailing line break does not belong to it.
    func secret(_ key: String) throws -> String? {
        if let text = text(key, isSecret: true) { return text }
        guard let path = text(key + "_file") else { return nil }
        do {
            let contents = try String(contentsOfFile: path, encoding: .utf8)
            return contents.trimmingCharacters(in: .newlines)
        } catch {
            throw fault(key + "_file", "cannot read '\(path)'")
        }
    }

    func fault(_ key: String, _ expected: String) -> SettingsFault {
        SettingsFault(file: lines[key] == nil ? nil : file, line: lines[key], field: key, expected: expected)
    }

    private func environmentName(_ key: String) -> String {
        "VIGIL_" + key.uppercased().replacing(".", with: "_")
    }

    /// Line of every key in the file; keys that do not exist are refused with the nearest that does.
    private static func checkedLines(of file: String) throws -> [String: Int] {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw SettingsFault(file: file, field: "(file)", expected: "cannot be read")
        }
        let root: Yams.Node?
        do {
            root = try Node.document(text)
        } catch let error as YamlError {
            throw SettingsFault(file: file, field: "(file)", expected: "YAML expected: \(error)")
        }
        var lines: [String: Int] = [:]
        try collect(root, prefix: "", file: file, into: &lines)
        return lines
    }

    private static func collect(
        _ node: Yams.Node?, prefix: String, file: String, into lines: inout [String: Int]
    ) throws {
        guard let mapping = node?.mapping else { return }
        for (key, value) in mapping {
            let name = prefix + (key.string ?? "")
            let line = key.mark?.line
            if value.mapping != nil, SettingsKeys.all.contains(where: { $0.hasPrefix(name + ".") }) {
                try collect(value, prefix: name + ".", file: file, into: &lines)
            } else if SettingsKeys.all.contains(name) {
                lines[name] = line
            } else {
                let nearest = Spelling.nearest(name, among: SettingsKeys.all).map { "; did you mean '\($0)'?" } ?? ""
                throw SettingsFault(file: file, line: line, field: name, expected: "there is no such setting\(nearest)")
            }
        }
    }
}
