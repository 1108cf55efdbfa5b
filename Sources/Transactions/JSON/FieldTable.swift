/// Finds the index of a field by its name's bytes.
///
/// Producers write fields in the same order every time, so the search starts after the last hit.
struct FieldTable: Sendable {
    private let storage: [UInt8]
    private let ends: [Int]

    init(_ names: [String]) {
        var storage: [UInt8] = []
        var ends: [Int] = []
        for name in names {
            storage.append(contentsOf: name.utf8)
            ends.append(storage.count)
        }
        self.storage = storage
        self.ends = ends
    }

    var count: Int { ends.count }

    /// - Parameter hint: where to look first; moved past the field found.
    /// - Complexity: O(1) for fields in order, else O(fields).
    func index(of key: JSONText, hint: inout Int) -> Int? {
        if key.isEscaped { return key.unescaped.withUnsafeBufferPointer { index(of: $0, hint: &hint) } }
        return index(of: key.bytes, hint: &hint)
    }

    private func index(of name: UnsafeBufferPointer<UInt8>, hint: inout Int) -> Int? {
        storage.withUnsafeBufferPointer { storage in
            for step in ends.indices {
                let sum = hint + step
                let candidate = sum < ends.count ? sum : sum - ends.count
                let start = candidate == 0 ? 0 : ends[candidate - 1]
                guard ends[candidate] - start == name.count else { continue }
                var offset = 0
                while offset < name.count, storage[start + offset] == name[offset] { offset += 1 }
                if offset == name.count {
                    hint = candidate + 1 < ends.count ? candidate + 1 : 0
                    return candidate
                }
            }
            return nil
        }
    }
}
