internal import Transactions
internal import Yams

/// Writes rule files in their canonical form: expressions and actions as `ExpressionText` and `RuleAction` write them, in
/// one line where they fit and else folded, one operand of the chain a line; no blanks at the ends of lines, no more than
/// one empty line in a row, one newline at the end.
///
/// Order, indentation and comments stay; an expression with a comment in it stays as it is. What the file says does not
/// change, nor does the rule set's hash, and formatting twice is formatting once.
public struct RuleFormatter {
    /// Lines are kept within so many columns where the expression can be broken.
    static let lineLimit = 120

    private let source: RuleSource
    private var lines: [[Unicode.Scalar]]

    /// The canonical form of a rule file's text; `file` is what diagnostics call it.
    ///
    /// - Throws: why it is no rule file: bad YAML, an expression that cannot be parsed.
    public static func format(_ text: String, file: String = "rules") throws(RuleSetError) -> String {
        var formatter = RuleFormatter(text.replacing("\r\n", with: "\n"), file: file)
        return try formatter.formatted()
    }

    private init(_ text: String, file: String) {
        source = RuleSource(file: file, text: text)
        lines = source.lines.map { Array($0.unicodeScalars) }
    }

    private mutating func formatted() throws(RuleSetError) -> String {
        guard let root = try root(of: source.lines.joined(separator: "\n")) else { return "" }
        var entries = RuleFileEntries(root, lines: source.lines)
        guard !entries.isTooLarge else {
            throw RuleSetError(diagnostics: [
                source.diagnostic("aliases make the file too large to be formatted", line: 1, column: 1)
            ])
        }
        if let fault = entries.fault {
            throw RuleSetError(diagnostics: [
                source.diagnostic(
                    fault.fault, in: fault.text, at: fault.node, rule: nil, field: fault.field)
            ])
        }
        let edits = entries.edits.compactMap { edit in
            ScalarPlace(edit.node, column: edit.keyColumn, isInFlow: edit.isInFlow, lines: lines).map { (edit, $0) }
        }.sorted { ($0.1.start.line, $0.1.start.column) > ($1.1.start.line, $1.1.start.column) }
        let placed = Set(edits.map(\.0.path))
        for (edit, place) in edits { apply(edit, at: place) }
        let result = Self.tidied(lines, protected: try protectedLines())
        // Only what was meant to change has changed, or nothing is.
        for edit in entries.edits where placed.contains(edit.path) { entries.said[edit.path] = edit.text }
        let after = RuleSource(file: source.file, text: result).lines
        guard try self.root(of: result).map({ RuleFileEntries($0, lines: after).said }) == entries.said else {
            throw RuleSetError(diagnostics: [
                source.diagnostic("the file cannot be formatted without changing what it says", line: 1, column: 1)
            ])
        }
        return result
    }

    private func root(of text: String) throws(RuleSetError) -> Node? {
        do {
            return try Node.document(text)
        } catch {
            throw RuleSetError(diagnostics: [source.diagnostic(yamlError: error)])
        }
    }

    private mutating func apply(_ edit: RuleFileEntries.Edit, at place: ScalarPlace) {
        let head = Array(lines[place.start.line][..<place.start.column])
        let tail = lines[place.end.line][place.end.column...]
        let line = head + Array(ScalarText.inline(edit.text, isInFlow: edit.isInFlow).unicodeScalars) + tail
        var replacement = [line]
        if line.count > Self.lineLimit, !edit.isInFlow, edit.operands.count > 1, tail.allSatisfy({ $0 == " " }) {
            let indent = Array(repeating: Unicode.Scalar(" "), count: edit.keyColumn + 2)
            replacement = [head + Array(">-".unicodeScalars)]
            for operand in edit.operands { replacement.append(indent + Array(operand.unicodeScalars)) }
        }
        lines.replaceSubrange(place.start.line...place.end.line, with: replacement)
    }

    /// Lines that scalars of several lines may reach into: there every blank may count.
    private func protectedLines() throws(RuleSetError) -> Set<Int> {
        let text = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
        guard let root = try root(of: text) else { return [] }
        var scalars: [Node.Scalar] = []
        Self.collect(root, into: &scalars)
        let starts = scalars.compactMap { $0.mark?.line }.sorted()
        var protected: Set<Int> = []
        for scalar in scalars {
            guard let mark = scalar.mark, mark.line <= lines.count else { continue }
            let isBlock = scalar.style == .literal || scalar.style == .folded
            let place = ScalarPlace(.scalar(scalar), column: 0, isInFlow: true, lines: lines)
            if !isBlock, let place, place.start.line == place.end.line { continue }
            let next = starts.first { $0 > mark.line } ?? lines.count + 1
            protected.formUnion(mark.line - 1..<max(mark.line, next - 1))
        }
        return protected
    }

    private static func collect(_ node: Node, into scalars: inout [Node.Scalar]) {
        switch node {
        case .scalar(let scalar): scalars.append(scalar)
        case .mapping(let mapping):
            for (key, value) in mapping {
                collect(key, into: &scalars)
                collect(value, into: &scalars)
            }
        case .sequence(let sequence): for node in sequence { collect(node, into: &scalars) }
        case .alias: break
        }
    }

    private static func tidied(_ lines: [[Unicode.Scalar]], protected: Set<Int>) -> String {
        var kept: [String] = []
        var isProtected = false
        for (number, line) in lines.enumerated() {
            var line = line
            isProtected = protected.contains(number)
            if !isProtected {
                while line.last == " " || line.last == "\t" { line.removeLast() }
                if line.isEmpty, kept.last?.isEmpty ?? true { continue }
            }
            kept.append(String(String.UnicodeScalarView(line)))
        }
        while !isProtected, kept.last?.isEmpty == true { kept.removeLast() }
        return kept.joined(separator: "\n") + (kept.last?.isEmpty == true ? "" : "\n")
    }
}
