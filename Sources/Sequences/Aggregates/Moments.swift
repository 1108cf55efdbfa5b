/// What is kept of numbers to tell their count, sum, extremes and spread; two of them merge into one.
public struct Moments: Hashable, Sendable {
    public private(set) var count: UInt32 = 0
    public private(set) var sum = 0.0
    /// Infinite while empty.
    public private(set) var minimum = Double.infinity
    /// Minus infinity while empty.
    public private(set) var maximum = -Double.infinity
    /// Sum of the squared deviations from the mean; 0 where the spread is not tracked.
    private(set) var squares = 0.0

    public init() {}

    init(count: UInt32, sum: Double, minimum: Double, maximum: Double, squares: Double) {
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
        self.squares = squares
    }

    /// NaN while empty.
    public var mean: Double { sum / Double(count) }

    /// The population's standard deviation; NaN while empty.
    public var deviation: Double { (squares / Double(count)).squareRoot() }

    /// - Parameter tracksSpread: must be the same for all numbers whose `deviation` is to be read.
    /// - Source: Welford 1962.
    @inline(__always)
    public mutating func add(_ number: Double, tracksSpread: Bool = true) {
        if tracksSpread, count > 0 {
            let deviation = number - mean
            squares += deviation * deviation * Double(count) / (Double(count) + 1)
        }
        count &+= 1
        sum += number
        if number < minimum { minimum = number }
        if number > maximum { maximum = number }
    }

    /// What both saw together.
    ///
    /// - Parameter tracksSpread: whether the result's `deviation` is to be read.
    /// - Source: Chan, Golub and LeVeque 1979.
    @inline(__always)
    public func merged(with other: Moments, tracksSpread: Bool = true) -> Moments {
        guard count > 0 else { return other }
        guard other.count > 0 else { return self }
        var result = self
        if tracksSpread, squares != 0 || other.squares != 0 || mean != other.mean {
            let (own, others) = (Double(count), Double(other.count))
            let deviation = other.mean - mean
            result.squares += other.squares + deviation * deviation * own * others / (own + others)
        }
        result.count &+= other.count
        result.sum += other.sum
        result.minimum = Swift.min(minimum, other.minimum)
        result.maximum = Swift.max(maximum, other.maximum)
        return result
    }

    /// An order of its own, so that sums over several sources never depend on which of them came first.
    func isOrdered(before other: Moments) -> Bool {
        let own = (count, sum.bitPattern, minimum.bitPattern, maximum.bitPattern, squares.bitPattern)
        return own
            < (
                other.count, other.sum.bitPattern, other.minimum.bitPattern, other.maximum.bitPattern,
                other.squares.bitPattern
            )
    }
}

extension Moments {
    func write(to writer: inout StateWriter) {
        writer.varint(UInt64(count))
        for number in [sum, minimum, maximum, squares] { writer.fixed(number.bitPattern) }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        let count = try Self.count(from: &reader)
        self.init(
            count: count, sum: try Self.number(from: &reader), minimum: try Self.number(from: &reader),
            maximum: try Self.number(from: &reader), squares: try Self.number(from: &reader))
    }

    private static func count(from reader: inout StateReader) throws(StateFault) -> UInt32 {
        guard let count = UInt32(exactly: try reader.varint()) else {
            throw StateFault(.malformed, offset: reader.position, "more numbers than can be counted")
        }
        return count
    }

    private static func number(from reader: inout StateReader) throws(StateFault) -> Double {
        Double(bitPattern: try reader.fixed(UInt64.self))
    }
}

// What most users' windows hold is one number, or nothing.
extension Moments {
    private enum Shape: UInt8 {
        case empty, single, withoutSpread, whole
    }

    private var shape: Shape {
        if self == Moments() { return .empty }
        guard squares.bitPattern == 0 else { return .whole }
        let isSingle = count == 1 && sum.bitPattern == minimum.bitPattern && sum.bitPattern == maximum.bitPattern
        return isSingle ? .single : .withoutSpread
    }

    /// As `write`, in fewer bytes where there is little to say.
    func writeShort(to writer: inout StateWriter) {
        let shape = shape
        writer.fixed(shape.rawValue)
        switch shape {
        case .empty: return
        case .single: writer.fixed(sum.bitPattern)
        case .withoutSpread:
            writer.varint(UInt64(count))
            for number in [sum, minimum, maximum] { writer.fixed(number.bitPattern) }
        case .whole: write(to: &writer)
        }
    }

    /// Reads what `writeShort` wrote.
    init(short reader: inout StateReader) throws(StateFault) {
        switch Shape(rawValue: try reader.fixed(UInt8.self)) {
        case .empty: self.init()
        case .single:
            let number = try Self.number(from: &reader)
            self.init(count: 1, sum: number, minimum: number, maximum: number, squares: 0)
        case .withoutSpread:
            let count = try Self.count(from: &reader)
            self.init(
                count: count, sum: try Self.number(from: &reader), minimum: try Self.number(from: &reader),
                maximum: try Self.number(from: &reader), squares: 0)
        case .whole: try self.init(from: &reader)
        case nil: throw StateFault(.malformed, offset: reader.position - 1, "moments of an unknown shape")
        }
    }
}
