/// What conditions will see of the users and entities of a batch's events, each as it was when its event was taken in.
///
/// Kept from batch to batch, so that a steady stream allocates nothing.
public struct RuleObservations {
    private(set) var values: [ObservedValue] = []
    /// Those that values stand for; apart, so that values can be put down and read without counting references.
    var texts: [String] = []

    public init() {}

    /// Makes room for the next batch.
    public mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        if !texts.isEmpty { texts.removeAll(keepingCapacity: true) }
    }

    /// Adds a row of so many values, which `fill` puts in their places.
    @inline(__always)
    mutating func appendRow(_ count: Int, _ fill: (UnsafeMutableBufferPointer<ObservedValue>) -> Void) {
        let row = values.count
        for _ in 0..<count { values.append(.absent) }
        values.withUnsafeMutableBufferPointer { fill(UnsafeMutableBufferPointer(rebasing: $0[row...])) }
    }

    /// The value at a place as conditions see it.
    func value(at place: Int) -> Value { values[place].value(texts) }

    /// The number at a place; NaN where there is none that a double holds.
    @inline(__always)
    func number(at place: Int) -> Double {
        switch values[place] {
        case .double(let number): number
        case .int(let number): NumberTest.exact(number) ?? .nan
        case .absent, .time, .text: .nan
        }
    }
}
