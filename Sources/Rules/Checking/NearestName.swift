/// Finds what a misspelt name was probably meant to be.
enum NearestName {
    /// The candidate with the fewest edits, if they are few for the name's length; ties go to the first by spelling.
    static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(1, name.utf8.count / 3)
        let ranked = candidates.map { (edits: edits(from: Array(name.utf8), to: Array($0.utf8)), name: $0) }
        return ranked.filter { $0.edits <= limit }.min { ($0.edits, $0.name) < ($1.edits, $1.name) }?.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours, each costing one.
    ///
    /// - Complexity: the product of both lengths.
    private static func edits(from source: [UInt8], to target: [UInt8]) -> Int {
        if source.isEmpty || target.isEmpty { return max(source.count, target.count) }
        var beforeLast: [Int] = []
        var last = Array(0...target.count)
        for row in 1...source.count {
            var current = [row]
            for column in 1...target.count {
                let same = source[row - 1] == target[column - 1]
                var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
                if row > 1, column > 1, source[row - 1] == target[column - 2], source[row - 2] == target[column - 1] {
                    best = min(best, beforeLast[column - 2] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[target.count]
    }
}
