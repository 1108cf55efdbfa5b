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
        #expect(alignment.frontier(at: 0) == .min)
        alignment.nextEvent(of: second, in: 9)
        #expect(alignment.frontier(at: 0) == 7)
    }

    @Test func theSlowestInputHoldsTheOthers() {
        var alignment = aligned([first, second])
        alignment.nextEvent(of: first, in: 7)
        alignment.drained(second, at: 5, atEndSince: nil)
        #expect(alignment.frontier(at: 0) == 5)
        alignment.drained(second, at: 8, atEndSince: nil)
        #expect(alignment.frontier(at: 0) == 7)
    }

    @Test func anInputAtItsEndHoldsNobodyAfterTheGrace() {
        var alignment = aligned([first, second])
        alignment.nextEvent(of: first, in: 7)
        alignment.drained(second, at: 5, atEndSince: 1000)
        #expect(alignment.frontier(at: 1000) == 5)
        #expect(alignment.frontier(at: 1099) == 5)
        #expect(alignment.frontier(at: 1100) == 7)
        alignment.nextEvent(of: first, in: 9)
        #expect(alignment.frontier(at: 1100) == 9)
    }

    @Test func afterASilenceTheFirstInputHeardWaitsForTheOthers() {
        var alignment = aligned([first, second])
        alignment.drained(first, at: 5, atEndSince: 0)
        alignment.drained(second, at: 5, atEndSince: 0)
        #expect(alignment.frontier(at: 10_000) == nil)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 10_000) == 5)
        alignment.nextEvent(of: second, in: 6)
        #expect(alignment.frontier(at: 10_010) == 6)
    }

    @Test func anIdleInputIsWaitedForOnceABucket() {
        var alignment = aligned([first, second])
        alignment.drained(second, at: 5, atEndSince: 0)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 10_000) == 5)
        #expect(alignment.frontier(at: 10_100) == 7)
        alignment.drained(first, at: 7, atEndSince: 10_100)
        #expect(alignment.frontier(at: 10_200) == nil)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 20_000) == 7)
    }

    @Test func aLaggingInputIsExcusedAfterTheBoundUntilItMoves() {
        var alignment = aligned([first, remote])
        alignment.drained(remote, at: 3, atEndSince: nil)
        alignment.nextEvent(of: first, in: 7)
        #expect(alignment.frontier(at: 0) == 3)
        #expect(alignment.frontier(at: 999) == 3)
        #expect(alignment.excusedCount == 0)
        #expect(alignment.frontier(at: 1000) == 7)
        #expect(alignment.excusedCount == 1)
        alignment.drained(remote, at: 3, atEndSince: nil)
        #expect(alignment.frontier(at: 1001) == 7)
        alignment.drained(remote, at: 4, atEndSince: nil)
        #expect(alignment.frontier(at: 1002) == 4)
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
        #expect(alignment.frontier(at: 0) == 7)
    }
}
