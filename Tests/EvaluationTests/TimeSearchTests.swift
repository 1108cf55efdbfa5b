import Testing

@testable import Evaluation

@Suite struct TimeSearchTests {
    /// Records at every third offset, ten milliseconds apart, as compaction leaves them.
    private static let records = (0..<40_000).map { (number: Int64) -> (offset: Int64, milliseconds: Int64?) in
        (7 + 3 * number, 10 * number)
    }
    private static let kept = Int64(5)..<Int64(7 + 3 * 40_000)

    private func start(notBefore moment: Int64) throws -> (offset: Int64, reads: Int) {
        var reads = 0
        let search = TimeSearch { offset in
            reads += 1
            let place = max(0, Int((offset - 7 + 2) / 3))
            return place < Self.records.count ? Self.records[place] : nil
        }
        return (try search.start(in: Self.kept, notBefore: moment), reads)
    }

    @Test(arguments: [Int64(-5), 0, 1, 10, 123_456, 200_000, 399_980, 399_990, 399_991, 500_000])
    func nothingFromTheMomentOnIsMissedAndLittleBeforeItIsRead(moment: Int64) throws {
        let (offset, reads) = try start(notBefore: moment)
        let first = Self.records.first { ($0.milliseconds ?? 0) >= moment }?.offset ?? Self.kept.upperBound
        #expect(offset <= first && first - offset <= TimeSearch.shortest)
        #expect(reads <= 9)
    }

    @Test func withoutTimestampsAllIsRead() throws {
        let search = TimeSearch { ($0, nil) }
        #expect(try search.start(in: Self.kept, notBefore: 100) == Self.kept.lowerBound)
        #expect(try TimeSearch { _ in nil }.start(in: 3..<3, notBefore: 0) == 3)
    }
}
