import Scoring
import Sequences
import Testing
import Transactions

@testable import Evaluation

@Suite struct ReplayLabelsTests {
    private func label(_ number: Int, _ fraud: Bool) -> Label {
        let time = EventTime(milliseconds: 0)
        return Label(
            transactionID: "x\(number)", user: "u", fraud: fraud, knownAt: time, transactionTime: time, entities: [])
    }

    /// Whatever is looked up at a time, what was said last counts.
    @Test(arguments: [0, 3, 19]) func theLastLabelCounts(partBits: Int) {
        var labels = ReplayLabels(partBits: partBits)
        var last: [Int: Bool] = [:]
        for index in 0..<900 {
            let (number, fraud) = (index * 7919 % 500, index % 3 == 0)
            labels.add(label(number, fraud))
            last[number] = fraud
        }
        let rows = (0..<700).map { $0 * 31 % 700 }
        let truths = labels.truths(of: Column(rows.map { StableHash.identifier("x\($0)") }))
        #expect(Array(truths) == rows.map { last[$0].map { $0 ? 1 : 0 } ?? -1 })
    }

    @Test(arguments: [0, 19]) func silenceIsGoodWhereOnlyFraudsAreReported(partBits: Int) {
        var labels = ReplayLabels(partBits: partBits)
        let ids = Column((0..<20).map { StableHash.identifier("x\($0)") })
        #expect(labels.truths(of: ids).allSatisfy { $0 == -1 })
        for number in 0..<9 { labels.add(label(number, number == 4 ? false : true)) }
        #expect(labels.truths(of: ids)[15] == -1)
        labels.add(label(4, true))
        #expect(labels.truths(of: ids)[15] == 0 && labels.truths(of: ids)[4] == 1)
    }
}
