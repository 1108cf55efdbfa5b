internal import Transactions

/// Many conditions in a few arrays, so that going through them counts no references.
struct ConditionTable: Sendable {
    struct Entry: Sendable {
        let start: Int
        /// Of `tests`.
        let tests: Range<Int>
        /// Of `lateTests`.
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

    private enum LateTest: Sendable {
        case number(NumberTest)
        /// Whether what the last of these steps leaves is true.
        case steps(Range<Int>)
        /// Of `texts`.
        case text(fact: Int, Int, isEqual: Bool)
        case present(fact: Int)
    }

    private enum Step: Sendable {
        case numbers(NumberStep)
        /// How many code points the fact's text has.
        case size(fact: Int)
    }

    /// A text of more bytes is measured by the machine, which counts what that costs.
    private static let greatestText = 256

    private(set) var entries: [Entry] = []
    private(set) var facts: [Int] = []
    /// Numbers as they are before an event: NaN for each fact, by its slot, then constants and what steps will leave.
    private(set) var numbers: [Double]
    /// The slots of the facts whose numbers have to be at hand.
    private(set) var testedFacts: Set<Int> = []
    private var tests: [NumberTest] = []
    private var lateTests: [LateTest] = []
    private var steps: [(step: Step, result: Int)] = []
    private var texts: [String] = []

    init(factCount: Int) { numbers = Array(repeating: .nan, count: factCount) }

    /// Adds a condition; nil for one that always holds.
    mutating func append(_ condition: CompiledCondition?) {
        let (firstTest, firstLate) = (tests.count, lateTests.count)
        tests += condition?.tests.tests ?? []
        for test in condition?.tests.lateTests ?? [] { lateTests.append(lateTest(test)) }
        testedFacts.formUnion(tests[firstTest...].map(\.fact))
        let firstFact = facts.count
        facts += condition?.expression.facts ?? []
        entries.append(
            Entry(
                start: condition?.expression.start ?? 0, tests: firstTest..<tests.count,
                lateTests: firstLate..<lateTests.count, isWhole: condition?.tests.isWhole ?? true,
                facts: firstFact..<facts.count))
    }

    private mutating func lateTest(_ test: ConditionTests.Late) -> LateTest {
        switch test {
        case .number(let test): return .number(test)
        case .numbers(let expression):
            let first = steps.count
            _ = place(of: expression)
            return .steps(first..<steps.count)
        case .text(let fact, let text, let isEqual):
            texts.append(text)
            return .text(fact: fact, texts.count - 1, isEqual: isEqual)
        case .present(let fact): return .present(fact: fact)
        }
    }

    /// Where a number stands once the steps added here have run.
    private mutating func place(of expression: NumberExpression) -> Int {
        switch expression {
        case .fact(let slot):
            testedFacts.insert(slot)
            return slot
        case .constant(let number):
            numbers.append(number)
        case .size(let slot):
            numbers.append(.nan)
            steps.append((.size(fact: slot), numbers.count - 1))
        case .step(let operation, let left, let right):
            let step = NumberStep(operation: operation, left: place(of: left), right: place(of: right))
            numbers.append(.nan)
            steps.append((.numbers(step), numbers.count - 1))
        }
        return numbers.count - 1
    }

    /// Finds the conditions that tests do not refute, in their order.
    ///
    /// - Parameters:
    ///   - numbers: as `numbers`, with those of the tested facts; NaN where there is none.
    ///   - candidates: room for all conditions.
    /// - Returns: how many were found.
    func select(
        _ numbers: UnsafeMutableBufferPointer<Double>, into candidates: UnsafeMutableBufferPointer<Candidate>
    ) -> Int {
        var count = 0
        tests.withUnsafeBufferPointer { tests in
            entries.withUnsafeBufferPointer { entries in
                for index in entries.indices {
                    guard let holds = Self.holds(entries[index], tests, numbers) else { continue }
                    candidates[count] = Candidate(index: index, holds: holds)
                    count += 1
                }
            }
        }
        return count
    }

    /// Nil where a test fails; else whether tests prove the condition, late ones apart.
    @inline(__always)
    private static func holds(
        _ entry: Entry, _ tests: UnsafeBufferPointer<NumberTest>, _ numbers: UnsafeMutableBufferPointer<Double>
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
    func verdict(
        _ index: Int, _ numbers: UnsafeMutableBufferPointer<Double>, _ value: (_ fact: Int) -> Value
    ) -> Bool? {
        let holds = tests.withUnsafeBufferPointer { Self.holds(entries[index], $0, numbers) }
        guard let holds else { return false }
        return verdict(Candidate(index: index, holds: holds), numbers, value)
    }

    /// Whether a candidate holds, as far as its late tests tell; nil where the machine must.
    ///
    /// - Parameter value: of a fact that is sought.
    @inline(__always)
    func verdict(
        _ candidate: Candidate, _ numbers: UnsafeMutableBufferPointer<Double>, _ value: (_ fact: Int) -> Value
    ) -> Bool? {
        var holds = candidate.holds
        for place in entries[candidate.index].lateTests {
            switch outcome(lateTests[place], numbers, value) {
            case false?: return false
            case true?: continue
            case nil: holds = false
            }
        }
        return holds ? true : nil
    }

    private static func size(of value: Value) -> Double {
        guard case .string(let text) = value, text.utf8.count <= greatestText else { return .nan }
        return Double(text.unicodeScalars.count)
    }

    @inline(__always)
    private func outcome(
        _ test: LateTest, _ numbers: UnsafeMutableBufferPointer<Double>, _ value: (_ fact: Int) -> Value
    ) -> Bool? {
        switch test {
        case .number(let test):
            let number = value(test.fact).testNumber
            return test.holds(number) ? true : test.fails(number) ? false : nil
        case .steps(let range):
            var number = Double.nan
            for place in range {
                switch steps[place].step {
                case .numbers(let step): number = step.result(numbers)
                case .size(let fact): number = Self.size(of: value(fact))
                }
                numbers[steps[place].result] = number
            }
            return number == 1 ? true : number == 0 ? false : nil
        case .text(let fact, let text, let isEqual):
            guard case .string(let string) = value(fact) else { return nil }
            return Text.equal(string, texts[text]) == isEqual
        case .present(let fact):
            if case .failure = value(fact) { return false }
            return true
        }
    }
}
