internal import Foundation
internal import Transactions
internal import Yams

extension RuleSetReader {
    /// Most elements of a list kept outside the rule file.
    private static let elementLimit = 1_000_000

    mutating func readLists(_ node: Node) {
        guard let mapping = node.mapping else {
            report("expected a mapping from names to lists of strings", at: node, field: "lists")
            return
        }
        for (key, value) in mapping {
            guard let name = key.string, isName(name) else {
                report("a list's name is made of letters, digits and '_'", at: key, field: "lists")
                continue
            }
            let list = value.mapping.map { external($0, name: name, at: value) } ?? inline(value, name: name)
            lists.append(list)
            facts.names.declareConstant("lists." + name, .list(list.elements.map { .string($0) }), .list(.string))
            if list.source != .inline { facts.changingNames.insert("lists." + name) }
        }
    }

    private mutating func inline(_ node: Node, name: String) -> RuleList {
        guard let sequence = node.sequence else {
            report("expected a list of strings, or 'file' or 'table'", at: node, field: "lists.\(name)")
            return RuleList(name: name, source: .inline, elements: [])
        }
        var elements: [String] = []
        for element in sequence {
            if let text = element.scalar?.string {
                elements.append(text)
            } else {
                report("expected a string", at: element, field: "lists.\(name)")
            }
        }
        return RuleList(name: name, source: .inline, elements: elements)
    }

    /// A list kept elsewhere; one that cannot be read is empty, so that conditions may still name it.
    private mutating func external(_ mapping: Node.Mapping, name: String, at node: Node) -> RuleList {
        reportUnknown(in: mapping, among: ["file", "table"])
        let (path, table) = (optional("file", of: mapping), optional("table", of: mapping))
        switch (path, table) {
        case (let path?, nil):
            let beside = URL(fileURLWithPath: file).deletingLastPathComponent()
            let full = URL(fileURLWithPath: path, relativeTo: beside).path
            return RuleList(name: name, source: .file(full), elements: elements(ofFile: full, name: name, at: node))
        case (nil, let table?):
            return RuleList(name: name, source: .table(table), elements: elements(ofTable: table, name: name, at: node))
        default:
            report("expected either 'file' or 'table'", at: node, field: "lists.\(name)")
            return RuleList(name: name, source: .inline, elements: [])
        }
    }

    private mutating func elements(ofTable table: String, name: String, at node: Node) -> [String] {
        listSources.append(.table(table))
        do {
            let elements = try tables?(table) ?? []
            if elements.count <= Self.elementLimit { return elements }
            report("the list has more than \(Self.elementLimit) elements", at: node, field: "lists.\(name)")
        } catch {
            report("the table's list '\(table)' cannot be read: \(error)", at: node, field: "lists.\(name)")
        }
        return []
    }

    private mutating func elements(ofFile path: String, name: String, at node: Node) -> [String] {
        listSources.append(.file(path))
        guard let data = FileManager.default.contents(atPath: path), data.count <= RuleSet.fileLimit,
            let text = String(validating: data, as: UTF8.self)
        else {
            report(
                "'\(path)' cannot be read as UTF-8 text of at most \(RuleSet.fileLimit >> 20) MiB", at: node,
                field: "lists.\(name)")
            return []
        }
        // Editors may begin a file with a byte order mark.
        return text.trimmingPrefix("\u{FEFF}").split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}
