/// Suggestions for names that were probably mistyped.
public enum Spelling {
    /// The candidate with the fewest edits to the word, or nil where none is near (more than a third of it differs).
    public static func nearest(_ word: String, among candidates: some Sequence<String>) -> String? {
        let allowed = max(1, (word.count + 2) / 3)
        var best: (name: String, edits: Int)?
        for candidate in candidates {
            let edits = editDistance(Array(word.lowercased()), Array(candidate.lowercased()))
            if edits <= allowed, edits < (best?.edits ?? .max) { best = (candidate, edits) }
        }
        return best?.name
    }

    /// Insertions, deletions and substitutions that turn one text into the other.
    private static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substituted = diagonal + (character == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}

/// `; did you mean 'x'?` where a candidate is near, else nothing.
func suggestion(for word: String, among candidates: some Sequence<String>) -> String {
    Spelling.nearest(word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
}
