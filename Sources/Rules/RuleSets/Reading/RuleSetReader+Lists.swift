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
            guard let list else { continue }
            lists.append(list)
            facts.names.declareConstant("lists." + name, .list(list.elements.map { .string($0) }), .list(.string))
            if list.source != .inline { facts.changingNames.insert("lists." + name) }
        }
    }

    private mutating func inline(_ node: Node, name: String) -> RuleList? {
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

    private mutating func external(_ mapping: Node.Mapping, name: String, at node: Node) -> RuleList? {
        let place = "lists.\(name)"
        reportUnknown(in: mapping, among: ["file", "table"])
        let (path, table) = (optional("file", of: mapping), optional("table", of: mapping))
        switch (path, table) {
        case (let path?, nil): return listFile(path, name: name, at: node)
        case (nil, let table?):
            listSources.append(.table(table))
            do {
                let elements = try tables?(table) ?? []
                guard elements.count <= Self.elementLimit else {
                    report("the list has more than \(Self.elementLimit) elements", at: node, field: place)
                    return nil
                }
                return RuleList(name: name, source: .table(table), elements: elements)
            } catch {
                report("the table's list '\(table)' cannot be read: \(error)", at: node, field: place)
                return nil
            }
        default:
            report("expected either 'file' or 'table'", at: node, field: place)
            return nil
        }
    }

    private mutating func listFile(_ path: String, name: String, at node: Node) -> RuleList? {
        let beside = URL(fileURLWithPath: file).deletingLastPathComponent()
        let full = URL(fileURLWithPath: path, relativeTo: beside).path
        listSources.append(.file(full))
        guard let data = FileManager.default.contents(atPath: full), data.count <= RuleSet.fileLimit,
            let text = String(validating: data, as: UTF8.self)
        else {
            report(
                "'\(full)' cannot be read as UTF-8 text of at most \(RuleSet.fileLimit >> 20) MiB", at: node,
                field: "lists.\(name)")
            return nil
        }
        // Editors may begin a file with a byte order mark.
        let elements = text.trimmingPrefix("\u{FEFF}").split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        return RuleList(name: name, source: .file(full), elements: elements)
    }
}
