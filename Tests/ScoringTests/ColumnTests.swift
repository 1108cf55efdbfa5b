import Foundation
import Scoring
import Testing

@Suite struct ColumnTests {
    /// Elements that fill more than a column keeps in memory.
    private static let many = 300_000

    @Test func itHoldsWhatAnArrayHolds() {
        var (column, array) = (Column<Int64>(), [Int64]())
        for number in 0..<Self.many {
            column.append(Int64(number * 7))
            array.append(Int64(number * 7))
        }
        #expect(column.count == Self.many && column.elementsEqual(array))
        column[5] = -1
        column[Self.many - 1] = -2
        (array[5], array[Self.many - 1]) = (-1, -2)
        #expect(Array(column) == array && column == Column(array))
        #expect(Column(count: 4) { $0 * $0 } == [0, 1, 4, 9] && Column(repeating: true, count: 2) == [true, true])
        #expect(Column<UInt8>().isEmpty && Column<UInt8>() == [])
    }

    @Test(arguments: [10, many]) func copiesGoTheirOwnWays(count: Int) {
        let first = Column(count: count) { Int32($0) }
        var (second, third) = (first, Column(first))
        second[3] = 99
        third.append(7)
        third.withUnsafeMutableBufferPointer { $0[0] = 5 }
        #expect(first[3] == 3 && first[0] == 0 && first.count == count)
        #expect(second[3] == 99 && second.count == count)
        #expect(third[3] == 3 && third[0] == 5 && third.count == count + 1 && third.last == 7)
    }

    #if os(Linux)
    /// Large ones are in files without a name, so the kernel can take their memory and the disk is free again afterwards.
    @Test func largeColumnsAreInUnlinkedFiles() throws {
        func mapped() throws -> Int {
            // Only those of this size: other tests have columns too.
            try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").count { line in
                guard line.contains("/vigil-"), line.hasSuffix("(deleted)") else { return false }
                let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap { Int($0, radix: 16) }
                return bounds.count == 2 && bounds[1] - bounds[0] == 77 * 4096 * 8
            }
        }
        #expect(try mapped() == 0)
        var column: Column<Int64>? = Column(repeating: 3, count: 77 * 4096)
        #expect(Column<Int64>.fault == nil)
        #expect(try mapped() == 1)
        let sum: Int64 = try #require(column).reduce(0, +)
        #expect(sum == 3 * 77 * 4096)
        column = nil
        #expect(try mapped() == 0)
    }
    #endif
}
