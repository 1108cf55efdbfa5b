/// A compiled regular expression: a nondeterministic automaton, run over all its states at once.
///
/// - Source: Russ Cox, "Regular Expression Matching: the Virtual Machine Approach".
final class Pattern: Sendable {
    enum Step: Sendable {
        case set(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case assertion(PatternNode.Assertion)
        case match
    }

    /// Most steps a pattern may compile to.
    static let sizeLimit = 10_000

    let steps: [Step]

    private init(steps: [Step]) {
        self.steps = steps
    }

    /// Compiles a pattern, or says why it is not one.
    static func compile(_ text: String) -> Result<Pattern, PatternFault> {
        do throws(PatternFault) {
            var steps: [Step] = []
            try emit(try PatternParser.parse(text), into: &steps)
            steps.append(.match)
            return .success(Pattern(steps: steps))
        } catch {
            return .failure(error)
        }
    }

    private static func emit(_ node: PatternNode, into steps: inout [Step]) throws(PatternFault) {
        guard steps.count < sizeLimit else { throw PatternFault("the pattern is too large") }
        switch node {
        // A step even for nothing, so that the size limit bounds the work of nested repetitions.
        case .empty: steps.append(.jump(steps.count + 1))
        case .set(let set): steps.append(.set(set))
        case .assertion(let kind): steps.append(.assertion(kind))
        case .sequence(let nodes): for node in nodes { try emit(node, into: &steps) }
        case .choice(let branches): try emit(choice: branches, into: &steps)
        case .repetition(let node, let least, let most):
            for _ in 0..<least { try emit(node, into: &steps) }
            if let most {
                try emit(optional: node, count: most - least, into: &steps)
            } else {
                let start = steps.count
                steps.append(.match)
                try emit(node, into: &steps)
                steps.append(.jump(start))
                steps[start] = .split(start + 1, steps.count)
            }
        }
    }

    private static func emit(choice branches: [PatternNode], into steps: inout [Step]) throws(PatternFault) {
        var jumps: [Int] = []
        for (number, branch) in branches.enumerated() {
            let start = steps.count
            let isLast = number == branches.count - 1
            if !isLast { steps.append(.match) }
            try emit(branch, into: &steps)
            if !isLast {
                jumps.append(steps.count)
                steps.append(.match)
                steps[start] = .split(start + 1, steps.count)
            }
        }
        for jump in jumps { steps[jump] = .jump(steps.count) }
    }

    private static func emit(
        optional node: PatternNode, count: Int, into steps: inout [Step]
    ) throws(PatternFault) {
        var splits: [Int] = []
        for _ in 0..<count {
            splits.append(steps.count)
            steps.append(.match)
            try emit(node, into: &steps)
        }
        for split in splits { steps[split] = .split(split + 1, steps.count) }
    }
}
