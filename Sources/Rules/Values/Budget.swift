/// What an evaluation may still cost: a unit is about one instruction or sixteen bytes touched.
struct Budget {
    static let standard = 1_000_000

    private(set) var remaining: Int

    init(_ units: Int = Budget.standard) {
        remaining = units
    }

    var isSpent: Bool { remaining < 0 }

    mutating func spend(_ units: Int = 1) {
        remaining = remaining >= units ? remaining - units : -1
    }

    mutating func spend(bytes: Int) {
        spend(1 + bytes / 16)
    }
}
