internal import Yams

extension RuleSource {
    /// A diagnostic for a file that is no YAML.
    func diagnostic(yamlError error: any Error) -> RuleDiagnostic {
        guard let error = error as? YamlError else {
            return diagnostic("the file is not valid YAML", line: 1, column: 1)
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return diagnostic("the file is not valid YAML: \(problem)", line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.sorted().map { "'\($0)'" }.joined(separator: ", ")
            return diagnostic("the key \(keys) is given twice", line: context.mark.line, column: context.mark.column)
        case .reader(let problem, _, _, _):
            return diagnostic("the file is not valid YAML: \(problem)", line: 1, column: 1)
        default:
            return diagnostic("the file is not valid YAML", line: 1, column: 1)
        }
    }
}
