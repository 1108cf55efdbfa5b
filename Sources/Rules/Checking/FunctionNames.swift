/// How functions are named in the text.
enum FunctionNames {
    static let namespaces: Set<String> = ["base64", "lists", "math", "sets", "strings"]

    /// `math.abs` for the method `abs` called on the name `math`, unless a variable hides the namespace.
    static func namespaced(_ function: String, on target: Expression, locals: [String]) -> String? {
        guard case .name(let name, _) = target.kind, namespaces.contains(name), !locals.contains(name) else {
            return nil
        }
        return name + "." + function
    }

    /// An operator as it is written; other functions by their name.
    static func shown(_ function: String) -> String {
        switch function {
        case "@in": "in"
        case "_[_]": "[]"
        case "-_", "!_": String(function.prefix(1))
        default: function.hasPrefix("_") ? function.filter { $0 != "_" } : function
        }
    }
}
