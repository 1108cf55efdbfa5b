/// The mapped fields of a schema file by their path in a message: `card.id` is the field `id` of the field `card`.
struct FieldTrie {
    private(set) var children: [String: FieldTrie] = [:]
    /// The field that the path is the name of, in `MappedFields.names`.
    private(set) var field: Int?

    init() {}

    init(_ names: [String]) {
        for (index, name) in names.enumerated() {
            insert(index, name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...])
        }
    }

    private mutating func insert(_ index: Int, _ path: ArraySlice<String>) {
        guard let first = path.first else {
            field = index
            return
        }
        children[first, default: FieldTrie()].insert(index, path.dropFirst())
    }

    /// Every field that is here or below.
    var fields: [Int] { (field.map { [$0] } ?? []) + children.values.flatMap(\.fields) }
}
