/// The working memory of a match, kept between matches so that matching allocates nothing.
struct PatternMatcher {
    private var current: [Int] = []
    private var next: [Int] = []
    private var pending: [Int] = []
    /// For each step, the round in which it was last entered.
    private var entered: [Int] = []
    private var round = 0

    /// Whether the pattern matches anywhere in the text; a spent budget ends the search with false.
    ///
    /// - Complexity: the length of the text times the size of the pattern.
    mutating func matches(_ pattern: Pattern, in text: String, budget: inout Budget) -> Bool {
        if entered.count < pattern.steps.count {
            entered += Array(repeating: 0, count: pattern.steps.count - entered.count)
        }
        current.removeAll(keepingCapacity: true)
        var previous: UInt32?
        var scalars = text.unicodeScalars.makeIterator()
        var upcoming = scalars.next()?.value
        while true {
            round &+= 1
            // Threads carried over were entered as `next`; entering them here follows their empty steps.
            swap(&current, &next)
            current.removeAll(keepingCapacity: true)
            for step in next where enter(step, of: pattern, previous: previous, upcoming: upcoming) { return true }
            if enter(0, of: pattern, previous: previous, upcoming: upcoming) { return true }
            next.removeAll(keepingCapacity: true)
            guard let scalar = upcoming else {
                current.removeAll(keepingCapacity: true)
                return false
            }
            budget.spend(1 + current.count / 4)
            if budget.isSpent { return false }
            for step in current {
                if case .set(let set) = pattern.steps[step], set.contains(scalar) { next.append(step + 1) }
            }
            swap(&current, &next)
            previous = scalar
            upcoming = scalars.next()?.value
        }
    }

    /// Follows empty steps from `start`, keeping those that await a character; true where the match is reached.
    private mutating func enter(_ start: Int, of pattern: Pattern, previous: UInt32?, upcoming: UInt32?) -> Bool {
        pending.append(start)
        while let step = pending.popLast() {
            if entered[step] == round { continue }
            entered[step] = round
            switch pattern.steps[step] {
            case .set: current.append(step)
            case .jump(let target): pending.append(target)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .assertion(let kind):
                if Self.holds(kind, previous: previous, upcoming: upcoming) { pending.append(step + 1) }
            case .match:
                pending.removeAll(keepingCapacity: true)
                return true
            }
        }
        return false
    }

    private static func holds(_ kind: PatternNode.Assertion, previous: UInt32?, upcoming: UInt32?) -> Bool {
        switch kind {
        case .textStart: previous == nil
        case .textEnd: upcoming == nil
        case .lineStart: previous == nil || previous == 0x0A
        case .lineEnd: upcoming == nil || upcoming == 0x0A
        case .wordBoundary: isWord(previous) != isWord(upcoming)
        case .noWordBoundary: isWord(previous) == isWord(upcoming)
        }
    }

    private static func isWord(_ scalar: UInt32?) -> Bool {
        scalar.map { ScalarSet.word.contains($0) } ?? false
    }
}
