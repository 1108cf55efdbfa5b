/// Many conditions in a few arrays, so that going through them counts no references.
struct ConditionTable: Sendable {
    struct Entry: Sendable {
        let start: Int
        /// Of `tests`.
        let tests: Range<Int>
        /// Of `tests`: those of facts that are sought only where they decide.
        let lateTests: Range<Int>
        /// Whether the condition is nothing but its tests.
        let isWhole: Bool
        /// Of `facts`.
        let facts: Range<Int>
    }

    /// A condition that its tests do not refute.
    struct Candidate: Sendable {
        let index: Int
        /// Whether nothing but its late tests, if it has any, is left to tell.
        let holds: Bool
    }

    private(set) var entries: [Entry] = []
    private(set) var tests: [NumberTest] = []
    private(set) var facts: [Int] = []

    /// Adds a condition; nil for one that always holds.
    mutating func append(_ condition: CompiledCondition?) {
        let (ownTests, lateTests) = (condition?.tests.tests ?? [], condition?.tests.lateTests ?? [])
        let ownFacts = condition?.expression.facts ?? []
        let late = tests.count + ownTests.count
        entries.append(
            Entry(
                start: condition?.expression.start ?? 0, tests: tests.count..<late,
                lateTests: late..<late + lateTests.count,
                isWhole: condition?.tests.isWhole ?? true, facts: facts.count..<facts.count + ownFacts.count))
        tests += ownTests + lateTests
        facts += ownFacts
    }

    /// The slots of the facts that tests read, late ones apart.
    var testedFacts: [Int] { Set(entries.flatMap { $0.tests.map { tests[$0].fact } }).sorted() }

    /// Finds the conditions that tests do not refute, in their order.
    ///
    /// - Parameter numbers: of facts, by their slots; NaN where there is none.
    func select(_ numbers: [Double], into candidates: inout [Candidate]) {
        candidates.removeAll(keepingCapacity: true)
        numbers.withUnsafeBufferPointer { numbers in
            tests.withUnsafeBufferPointer { tests in
                entries.withUnsafeBufferPointer { entries in
                    for index in entries.indices {
                        guard let holds = Self.holds(entries[index], tests, numbers) else { continue }
                        candidates.append(Candidate(index: index, holds: holds))
                    }
                }
            }
        }
    }

    /// Nil where a test fails; else whether tests prove the condition.
    @inline(__always)
    private static func holds(
        _ entry: Entry, _ tests: UnsafeBufferPointer<NumberTest>, _ numbers: UnsafeBufferPointer<Double>
    ) -> Bool? {
        var holds = entry.isWhole
        var place = entry.tests.lowerBound
        while place < entry.tests.upperBound {
            let number = numbers[tests[place].fact]
            if tests[place].fails(number) { return nil }
            if !tests[place].holds(number) { holds = false }
            place += 1
        }
        return holds
    }

    /// Whether one condition holds, as far as its tests tell; nil where the machine must.
    @inline(__always)
    func verdict(_ index: Int, _ number: (_ fact: Int) -> Double) -> Bool? {
        verdict(entries[index].tests, entries[index].isWhole, number)
    }

    /// Whether a candidate holds, as far as its late tests tell; nil where the machine must.
    @inline(__always)
    func verdict(_ candidate: Candidate, _ number: (_ fact: Int) -> Double) -> Bool? {
        verdict(entries[candidate.index].lateTests, candidate.holds, number)
    }

    @inline(__always)
    private func verdict(_ places: Range<Int>, _ isWhole: Bool, _ number: (_ fact: Int) -> Double) -> Bool? {
        var holds = isWhole
        for place in places {
            let number = number(tests[place].fact)
            if tests[place].fails(number) { return false }
            if !tests[place].holds(number) { holds = false }
        }
        return holds ? true : nil
    }
}
