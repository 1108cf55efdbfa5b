import Kafka
import Testing

@testable import Pipeline

struct BucketAlignmentTests {
    let first = TopicPartition(topic: "t", partition: 0)
    let second = TopicPartition(topic: "t", partition: 1)
    let remote = TopicPartition(topic: "t", partition: 2)

    private func aligned(_ inputs: [TopicPartition]) -> BucketAlignment {
        var alignment = BucketAlignment(idleGraceMilliseconds: 100, maximumWaitMilliseconds: 1000)
        for input in inputs { alignment.add(input) }
        return alignment
    }

    @Test func nothingIsReleasedBeforeEveryInputWasHeardOf() {
        var alignment = aligned([first, second])
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 0)?.taking == .min)
        alignment.nextEvent(of: second, in: 9)
        #expect(alignment.frontier(at: 0)?.taking == 7)
    }

    @Test func theSlowestInputHoldsTheOthers() {
        var alignment = aligned([first, second])
        alignment.nextEvent(of: first, in: 7)
        alignment.drained(second, at: 5, atEndSince: nil)
        #expect(alignment.frontier(at: 0)?.taking == 5)
        alignment.drained(second, at: 8, atEndSince: nil)
        #expect(alignment.frontier(at: 0)?.taking == 7)
    }

    @Test func anInputAtItsEndHoldsNobodyAfterTheGrace() {
        var alignment = aligned([first, second])
        alignment.nextEvent(of: first, in: 7)
        alignment.drained(second, at: 5, atEndSince: 1000)
        #expect(alignment.frontier(at: 1000)?.taking == 5)
        #expect(alignment.frontier(at: 1099)?.taking == 5)
        #expect(alignment.frontier(at: 1100)?.taking == 7)
        alignment.nextEvent(of: first, in: 9)
        #expect(alignment.frontier(at: 1100)?.taking == 9)
    }

    @Test func afterASilenceTheFirstInputHeardWaitsForTheOthers() {
        var alignment = aligned([first, second])
        alignment.drained(first, at: 5, atEndSince: 0)
        alignment.drained(second, at: 5, atEndSince: 0)
        #expect(alignment.frontier(at: 10_000) == nil)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 10_000)?.taking == 5)
        alignment.nextEvent(of: second, in: 6)
        #expect(alignment.frontier(at: 10_010)?.taking == 6)
    }

    @Test func anIdleInputIsWaitedForOnceABucket() {
        var alignment = aligned([first, second])
        alignment.drained(second, at: 5, atEndSince: 0)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 10_000)?.taking == 5)
        #expect(alignment.frontier(at: 10_100)?.taking == 7)
        alignment.drained(first, at: 7, atEndSince: 10_100)
        #expect(alignment.frontier(at: 10_200) == nil)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 20_000)?.taking == 7)
    }

    @Test func aLaggingInputIsExcusedAfterTheBoundUntilItMoves() {
        var alignment = aligned([first, remote])
        alignment.drained(remote, at: 3, atEndSince: nil)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 0)?.taking == 3)
        #expect(alignment.frontier(at: 999)?.taking == 3)
        #expect(alignment.excusedCount == 0)
        #expect(alignment.frontier(at: 1000)?.taking == 7)
        #expect(alignment.excusedCount == 1)
        alignment.drained(remote, at: 3, atEndSince: nil)
        #expect(alignment.frontier(at: 1001)?.taking == 7)
        alignment.drained(remote, at: 4, atEndSince: nil)
        #expect(alignment.frontier(at: 1002)?.taking == 4)
    }

    @Test func anInputElsewhereThatRestsIsPassedOnItsOwnersWordAlone() {
        var alignment = aligned([first])
        alignment.add(remote, isElsewhere: true)
        alignment.nextEvent(of: first, in: 7)
        alignment.drained(remote, at: 5, atEndSince: .min / 2)
        #expect(alignment.frontier(at: 0) == .init(closing: 5, taking: 5))
        // What rests here may be closed; events go on only once what rests there is.
        #expect(alignment.frontier(at: 100) == .init(closing: 7, taking: 5))
        #expect(alignment.holding(at: 100) == [remote: 5])
        alignment.drained(remote, at: 7, atEndSince: nil)
        #expect(alignment.frontier(at: 100)?.taking == 7)
        #expect(alignment.excusedCount == 0)
    }

    @Test func whatRestsHereComesAlongToWhereEventsWaitElsewhere() {
        var alignment = aligned([first])
        alignment.add(remote, isElsewhere: true)
        alignment.drained(first, at: 5, atEndSince: 0)
        alignment.nextEvent(of: remote, in: 7)
        #expect(alignment.frontier(at: 1000)?.closing == 5)
        #expect(alignment.frontier(at: 1100)?.closing == 7)
        // Nobody here waits for anything, so nobody is excused.
        alignment.drained(first, at: 8, atEndSince: nil)
        #expect(alignment.frontier(at: 10_000)?.closing == 7 && alignment.excusedCount == 0)
    }

    @Test func anInputElsewhereThatStaysBehindIsExcusedAfterTheBound() {
        var alignment = aligned([first])
        alignment.add(remote, isElsewhere: true)
        alignment.nextEvent(of: first, in: 7)
        alignment.nextEvent(of: remote, in: 5)
        #expect(alignment.frontier(at: 0)?.taking == 5)
        #expect(alignment.frontier(at: 1000)?.taking == 7)
        #expect(alignment.frontier(at: 1001)?.taking == 7 && alignment.excusedCount == 1)
    }

    @Test func withoutReadyEventsThereIsNoFrontier() {
        var alignment = aligned([first])
        alignment.drained(first, at: 3, atEndSince: 0)
        #expect(alignment.frontier(at: 10_000) == nil)
    }

    @Test func anInputThatLeftHoldsNobody() {
        var alignment = aligned([first, second])
        alignment.nextEvent(of: first, in: 7)
        alignment.drained(second, at: 1, atEndSince: nil)
        alignment.remove(second)
        #expect(alignment.frontier(at: 0)?.taking == 7)
    }
}
