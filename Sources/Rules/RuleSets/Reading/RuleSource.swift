internal import Yams

/// A rule file's text, to point into it.
struct RuleSource {
    let file: String
    let lines: [String]

    init(file: String, text: String) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0.hasSuffix("\r") ? $0.dropLast() : $0)
        }
    }

    /// A diagnostic that points at a place in the file, from one.
    func diagnostic(
        _ message: String, line: Int, column: Int, width: Int = 1, rule: String? = nil, field: String? = nil
    ) -> RuleDiagnostic {
        let text = lines.indices.contains(line - 1) ? lines[line - 1] : ""
        let carets = String(repeating: " ", count: max(0, column - 1)) + String(repeating: "^", count: max(1, width))
        return RuleDiagnostic(
            file: file, line: line, column: column, rule: rule, field: field, message: message,
            excerpt: text.isEmpty ? "" : text + "\n" + carets)
    }

    /// A diagnostic that points at a node of the file.
    func diagnostic(_ message: String, at node: Node, rule: String? = nil, field: String? = nil) -> RuleDiagnostic {
        let mark = (line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        let width = node.scalar.map { $0.string.contains("\n") ? 1 : $0.string.unicodeScalars.count } ?? 1
        return diagnostic(message, line: mark.line, column: mark.column, width: width, rule: rule, field: field)
    }

    /// A diagnostic that points into an expression held by a node. Where quoting or folding has changed the
    /// expression's text, the excerpt shows it as it was read, at the node's place.
    func diagnostic(
        _ fault: ExpressionFault, in expression: String, at node: Node, rule: String?, field: String
    ) -> RuleDiagnostic {
        let (line, text, columns) = fault.location(in: expression)
        let mark = (line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        if let place = find(text, number: line, of: expression, from: mark.line - 1) {
            return diagnostic(
                fault.message, line: place.line + 1, column: place.column + columns.lowerBound + 1,
                width: columns.count,
                rule: rule, field: field)
        }
        return RuleDiagnostic(
            file: file, line: mark.line, column: mark.column, rule: rule, field: field, message: fault.message,
            excerpt: fault.excerpt(of: expression))
    }

    /// Finds a line of an expression in the file at or below the node that holds it, both counted from zero.
    private func find(
        _ text: String, number: Int, of expression: String, from first: Int
    ) -> (line: Int, column: Int)? {
        guard !text.isEmpty else { return nil }
        let last = min(
            lines.count, first + expression.split(separator: "\n", omittingEmptySubsequences: false).count + 1)
        guard first + number < last else { return nil }
        for line in first + number..<last {
            if let offset = ByteSearch.first(of: text, in: lines[line]) {
                return (line, lines[line].utf8.prefix(offset).count { $0 & 0xC0 != 0x80 })
            }
        }
        return nil
    }
}
