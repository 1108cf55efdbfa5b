import Foundation
import Testing

@testable import Scoring

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

    /// Large ones are in files without a name, so the kernel can take their memory and the disk is free again afterwards.
    @Test func largeColumnsAreInUnlinkedFiles() throws {
        let (small, large) = (ColumnStorage(byteCount: ColumnStorage.memoryBound), ColumnStorage(byteCount: 3 << 20))
        #expect(!small.isMapped && large.isMapped && ColumnStorage.fault == nil)
        // Other tests make columns too, whose files have names for a moment.
        func named() throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path)
                .contains { $0.hasPrefix("vigil-") && $0.count == "vigil-XXXXXX".count }
        }
        #expect(try (0..<1000).contains { _ in try !named() })
        let sum: Int64 = Column<Int64>(repeating: 3, count: 77 * 4096).reduce(0, +)
        #expect(sum == 3 * 77 * 4096)
    }
}
