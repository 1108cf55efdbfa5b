import Foundation
import Testing

@testable import Sequences

struct FixedPointTests {
    @Test(arguments: 0..<5) func roundsAsFoundationDoes(digits: Int) {
        var values: [Double] = [0, -0.0, 0.5, 1.5, 2.5, 0.005, 0.015, 1.005, -1.995, 99.995, 1e11, 123456.789, .pi]
        values += (0..<500).map { Double($0) * 0.0137 - 3 }
        for value in values { #expect(FixedPoint.text(value, digits) == String(format: "%.\(digits)f", value)) }
        #expect(FixedPoint.text(.greatestFiniteMagnitude, 4).count == 314)
    }
}
