import Foundation
import Testing

@testable import Rules

/// The specification's own cases, from the file `VIGIL_CEL_CONFORMANCE` names.
@Suite struct ConformanceTests {
    /// Cases that pass; only ever raised.
    static let floor = 778

    static let path =
        ProcessInfo.processInfo.environment["VIGIL_CEL_CONFORMANCE"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/cel/conformance.jsonl").standardized.path

    @Test(.enabled(if: FileManager.default.fileExists(atPath: path)))
    func specificationCases() throws {
        let cases = try String(contentsOfFile: Self.path, encoding: .utf8).split(separator: "\n").map(
            ConformanceCase.init)
        let failures = cases.compactMap(Self.failure)
        print("conformance: \(cases.count - failures.count) of \(cases.count) pass")
        for failure in failures { print(failure) }
        #expect(cases.count - failures.count >= min(Self.floor, cases.count))
    }

    /// What goes wrong with a case, or nil.
    private static func failure(_ test: ConformanceCase) -> String? {
        let outcome = Result {
            try evaluate(test.expression, test.bindings, container: test.container, checked: test.isChecked)
        }
        switch (outcome, test.expected) {
        case (.success(let value), let expected?):
            return identical(value, expected)
                ? nil : "\(test.name): \(test.expression) gives \(value), expected \(expected)"
        case (.success(let value), nil): return "\(test.name): \(test.expression) gives \(value), expected an error"
        case (.failure(let error), let expected?):
            return "\(test.name): \(test.expression) fails with \(error), expected \(expected)"
        case (.failure, nil): return nil
        }
    }
}
