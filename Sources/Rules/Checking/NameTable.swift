/// The names an expression may use, by their full dotted spelling.
struct NameTable: Sendable {
    enum Entry: Sendable {
        /// Given anew for every evaluation, at a place of its own.
        case fact(slot: Int, StaticType)
        /// Known when the expression is compiled.
        case constant(Value, StaticType)

        var type: StaticType {
            switch self {
            case .fact(_, let type), .constant(_, let type): type
            }
        }
    }

    /// Names are looked up in this dotted scope and its parents first.
    var container = ""
    private(set) var entries: [String: Entry] = [:]
    private(set) var factNames: [String] = []

    /// A table of the types' own names, such as `int` and `google.protobuf.Timestamp`.
    init() {
        for type in RuntimeType.allCases { entries[type.rawValue] = .constant(.type(type), .type) }
    }

    /// The same table, slots included, with only some of its names.
    func filtered(_ isIncluded: (String, Entry) -> Bool) -> NameTable {
        var copy = self
        copy.entries = entries.filter { isIncluded($0.key, $0.value) }
        return copy
    }

    var factCount: Int { factNames.count }

    /// Declares a fact and gives its slot; a name declared before keeps its first meaning.
    @discardableResult
    mutating func declareFact(_ name: String, _ type: StaticType) -> Int {
        if case .fact(let slot, _) = entries[name] { return slot }
        entries[name] = .fact(slot: factNames.count, type)
        factNames.append(name)
        return factNames.count - 1
    }

    mutating func declareConstant(_ name: String, _ value: Value, _ type: StaticType) {
        entries[name] = .constant(value, type)
    }

    /// The entry a written name means, most specific scope first, with its full name.
    func lookUp(_ name: String, isAbsolute: Bool) -> (name: String, entry: Entry)? {
        var scope = isAbsolute ? "" : container
        while !scope.isEmpty {
            let full = scope + "." + name
            if let entry = entries[full] { return (full, entry) }
            scope = scope.lastIndex(of: ".").map { String(scope[..<$0]) } ?? ""
        }
        return entries[name].map { (name, $0) }
    }

    /// Whether names of the form `group.field` exist.
    func isGroup(_ name: String) -> Bool {
        entries.keys.contains { $0.hasPrefix(name + ".") }
    }

    /// The declared name closest to a misspelt one, if any is close.
    func nearest(to name: String) -> String? {
        NearestName.of(name, among: entries.keys.filter { !$0.hasPrefix("google.") })
    }
}
