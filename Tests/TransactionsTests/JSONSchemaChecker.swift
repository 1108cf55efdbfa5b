import Foundation

/// Holds JSON to the part of JSON Schema (2020-12) that our schemas use; a keyword it does not know is an error.
struct JSONSchemaChecker {
    private let root: [String: Any]
    private static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description", "examples"]

    init(path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    var examples: [Any] { root["examples"] as? [Any] ?? [] }

    /// What is wrong, by path; empty if nothing is.
    func faults(in data: Data) throws -> [String] {
        faults(in: try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed))
    }

    func faults(in value: Any) -> [String] {
        faults(value, root, "$")
    }

    private func faults(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        var found: [String] = []
        for (keyword, rule) in schema where !Self.annotations.contains(keyword) {
            switch (keyword, rule) {
            case ("$ref", let reference as String):
                let name = String(reference.dropFirst("#/$defs/".count))
                let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any]
                found += target.map { faults(value, $0, path) } ?? ["\(path): no definition \(reference)"]
            case ("type", _):
                let types = rule as? [String] ?? [rule as? String ?? ""]
                if !types.contains(where: { isType(value, $0) }) { found.append("\(path): not \(types)") }
            case ("enum", let choices as [String]):
                if !choices.contains(value as? String ?? "") { found.append("\(path): none of \(choices)") }
            case ("minLength", let bound as Int):
                if let text = value as? String, text.unicodeScalars.count < bound { found.append("\(path): too short") }
            case ("maxLength", let bound as Int):
                if let text = value as? String, text.unicodeScalars.count > bound { found.append("\(path): too long") }
            case ("minimum", let bound as NSNumber):
                if let number = number(value), number < bound.doubleValue { found.append("\(path): too small") }
            case ("maximum", let bound as NSNumber):
                if let number = number(value), number > bound.doubleValue { found.append("\(path): too large") }
            case ("pattern", let pattern as String):
                if let text = value as? String, text.range(of: pattern, options: .regularExpression) == nil {
                    found.append("\(path): does not match")
                }
            case ("required", let names as [String]):
                if let object = value as? [String: Any] {
                    found += names.filter { object[$0] == nil }.map { "\(path): lacks \($0)" }
                }
            case ("properties", let properties as [String: [String: Any]]):
                for (name, member) in value as? [String: Any] ?? [:] {
                    if let rule = properties[name] { found += faults(member, rule, "\(path).\(name)") }
                }
            case ("additionalProperties", _):
                let known = schema["properties"] as? [String: Any] ?? [:]
                for (name, member) in value as? [String: Any] ?? [:] where known[name] == nil {
                    if let rule = rule as? [String: Any] {
                        found += faults(member, rule, "\(path).\(name)")
                    } else if rule as? Bool == false {
                        found.append("\(path): unknown \(name)")
                    }
                }
            case ("items", let rule as [String: Any]):
                for (index, item) in (value as? [Any] ?? []).enumerated() {
                    found += faults(item, rule, "\(path)[\(index)]")
                }
            default: found.append("\(path): keyword \(keyword) is not checked")
            }
        }
        return found
    }

    private func isBoolean(_ value: Any) -> Bool {
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" && value is Bool } ?? false
    }

    private func number(_ value: Any) -> Double? {
        isBoolean(value) ? nil : (value as? NSNumber)?.doubleValue
    }

    private func isType(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isBoolean(value)
        case "null": value is NSNull
        case "number": number(value) != nil
        case "integer": number(value).map { $0 == $0.rounded() } ?? false
        default: false
        }
    }
}
