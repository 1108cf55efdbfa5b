import Evaluation
import Testing
import Transactions

@Suite struct SegmentTableTests {
    @Test func figuresAndGapsAreThoseWorkedByHand() throws {
        let groups: [(name: String, frauds: Int, caught: Int, legitimate: Int, alarms: Int)] = [
            ("few", 10, 10, 100, 100), ("old", 20, 5, 200, 10), ("young", 40, 30, 400, 4), ("none", 0, 0, 0, 0),
        ]
        var (codes, frauds, scores, amounts): ([UInt32], [Bool], [Float], [Double]) = ([], [], [], [])
        for (code, group) in groups.enumerated() {
            for number in 0..<group.frauds + group.legitimate {
                let isFraud = number < group.frauds
                let isFlagged = isFraud ? number < group.caught : number - group.frauds < group.alarms
                codes.append(UInt32(code))
                frauds.append(isFraud)
                scores.append(isFlagged ? 0.9 : 0.1)
                // Frauds that are caught are of 10, the others of 30.
                amounts.append(isFlagged ? 10 : 30)
            }
        }
        let columns = OutcomeColumns(
            scores: scores, frauds: frauds, dispositions: scores.map { $0 > 0.5 ? .review : .allow },
            amounts: amounts, users: Array(repeating: 0, count: scores.count),
            times: Array(repeating: 0, count: scores.count))
        let table = SegmentTable(name: "age", groups: groups.map(\.name), codes: codes, columns: columns)
        #expect(table.rows.map(\.group) == ["young", "old", "few"] && table.furtherGroups == 0)
        let (young, old, few) = (table.rows[0], table.rows[1], table.rows[2])
        #expect(young.events == 440 && young.frauds == 40 && young.flagged == 34)
        #expect(young.recall == 0.75 && young.falsePositiveRate == 0.01 && young.precision == 30.0 / 34)
        #expect(young.valueRecall == 300.0 / 600)
        #expect(old.recall == 0.25 && old.falsePositiveRate == 0.05 && old.precision == 5.0 / 15)
        #expect(old.valueRecall == 50.0 / 500)
        #expect(few.recall == 1 && few.falsePositiveRate == 1)
        // The few are too few for either gap.
        #expect(table.recallGap == 0.5 && abs((table.falsePositiveRateGap ?? 0) - 0.04) < 1e-15)
        let short = SegmentTable(name: "age", groups: groups.map(\.name), codes: codes, columns: columns, limit: 1)
        #expect(short.rows.map(\.group) == ["young"] && short.furtherGroups == 2 && short.recallGap == 0.5)
    }
}
