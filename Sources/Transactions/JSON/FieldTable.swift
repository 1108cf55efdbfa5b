/// Finds the index of a field by its name's bytes.
///
/// Producers write fields in the same order every time, so the search starts after the last hit.
struct FieldTable: Sendable {
    private let names: [[UInt8]]
    private let heads: [UInt64]

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        heads = self.names.map { JSONText.head($0) }
    }

    var count: Int { names.count }

    /// - Parameter hint: where to look first; moved past the field found.
    /// - Complexity: O(1) for fields in order, else O(fields).
    func index(of key: JSONText, hint: inout Int) -> Int? {
        if key.isEscaped {
            let name = key.unescaped
            return name.withUnsafeBufferPointer { index(of: $0, head: JSONText.head(name), hint: &hint) }
        }
        return index(of: key.bytes, head: key.head, hint: &hint)
    }

    private func index(of name: UnsafeBufferPointer<UInt8>, head: UInt64, hint: inout Int) -> Int? {
        for step in heads.indices {
            let sum = hint + step
            let candidate = sum < heads.count ? sum : sum - heads.count
            guard heads[candidate] == head, isName(candidate, name) else { continue }
            hint = candidate + 1 < heads.count ? candidate + 1 : 0
            return candidate
        }
        return nil
    }

    /// Whether a field of the same head has this name; a zero byte in a name is no end of it.
    private func isName(_ field: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard names[field].count == name.count else { return false }
        var place = 8
        while place < name.count {
            guard names[field][place] == name[place] else { return false }
            place += 1
        }
        return true
    }
}
