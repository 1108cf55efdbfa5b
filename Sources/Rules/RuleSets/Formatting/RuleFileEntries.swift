internal import Yams

/// What a rule file says, entry by entry, and which entries have a canonical form.
struct RuleFileEntries {
    /// An entry to be written anew.
    struct Edit {
        /// As in `rules/3/when`.
        var path: String
        var node: Node
        /// Where its key begins, from zero.
        var keyColumn: Int
        var isInFlow: Bool
        var text: String
        /// The operands of the chain that the text is, each with its operator, for a line each; empty where it is none.
        var operands: [String] = []
    }

    struct Fault {
        var fault: ExpressionFault
        var text: String
        var node: Node
        var field: String
    }

    /// Every scalar's text by its path.
    var said: [String: String] = [:]
    private(set) var edits: [Edit] = []
    /// The first expression that is none.
    private(set) var fault: Fault?

    /// Whether aliases make far more of the file than it has characters; then not all of it was read.
    var isTooLarge: Bool { nodesLeft < 0 }

    private let lines: [String]
    private var nodesLeft: Int

    /// - Parameter lines: the file's.
    init(_ root: Node, lines: [String]) {
        self.lines = lines
        // Without aliases a node has a character of its own.
        nodesLeft = 1000 + 16 * lines.reduce(0) { $0 + $1.utf8.count }
        read(root, path: [], keyColumn: 0, isInFlow: false)
    }

    /// By its first character: the nodes' own styles are not to be relied on. Where an anchor or tag stands before, quotes
    /// more than needed do no harm.
    private func isFlow(_ node: Node) -> Bool {
        guard let mark = node.mark, lines.indices.contains(mark.line - 1) else { return true }
        return lines[mark.line - 1].unicodeScalars.dropFirst(mark.column - 1).first.map {
            "{[&!".unicodeScalars.contains($0)
        } ?? true
    }

    private mutating func read(_ node: Node, path: [String], keyColumn: Int, isInFlow: Bool) {
        nodesLeft -= 1
        guard !isTooLarge else { return }
        switch node {
        case .scalar(let scalar):
            let place = path.joined(separator: "/")
            said[place] = scalar.string
            if Self.isExpression(path) {
                expression(scalar.string, node, place, keyColumn, isInFlow)
            } else if path.count == 3, path[0] == "rules", path[2] == "action", let action = RuleAction(scalar.string) {
                edit(action.description, of: scalar.string, node, place, keyColumn, isInFlow)
            }
        case .mapping(let mapping):
            let isFlow = isInFlow || isFlow(node)
            for (key, value) in mapping {
                let name = key.scalar?.string ?? ""
                read(value, path: path + [name], keyColumn: (key.mark?.column ?? 1) - 1, isInFlow: isFlow)
            }
            said[path.joined(separator: "/") + "{}"] = mapping.keys.map { $0.scalar?.string ?? "" }
                .joined(separator: "\n")
        case .sequence(let sequence):
            let isFlow = isInFlow || isFlow(node)
            for (index, element) in sequence.enumerated() {
                read(element, path: path + [String(index)], keyColumn: keyColumn, isInFlow: isFlow)
            }
            said[path.joined(separator: "/") + "[]"] = String(sequence.count)
        case .alias: break
        }
    }

    private static func isExpression(_ path: [String]) -> Bool {
        guard path.count == 3 else { return false }
        return path[0] == "rules" && path[2] == "when" || path[0] == "velocity" && ["of", "when"].contains(path[2])
    }

    private mutating func expression(
        _ text: String, _ node: Node, _ path: String, _ keyColumn: Int, _ isInFlow: Bool
    ) {
        do throws(ExpressionFault) {
            let tree = try Parser.parse(text)
            guard !Lexer.hasComment(text) else { return }
            let chain = ExpressionText.chain(tree)
            let operands = chain.map { chain in
                chain.operands.enumerated().map { $0 == 0 ? $1 : "\(chain.operator) \($1)" }
            }
            edit(ExpressionText.of(tree), of: text, node, path, keyColumn, isInFlow, operands ?? [])
        } catch {
            fault = fault ?? Fault(fault: error, text: text, node: node, field: String(path.split(separator: "/")[2]))
        }
    }

    private mutating func edit(
        _ new: String, of old: String, _ node: Node, _ path: String, _ keyColumn: Int, _ isInFlow: Bool,
        _ operands: [String] = []
    ) {
        edits.append(
            Edit(
                path: path, node: node, keyColumn: keyColumn, isInFlow: isInFlow, text: new, operands: operands))
    }
}
