import Foundation
import Testing

@testable import Pipeline

struct BoundedQueueTests {
    @Test func aReceiverThatWaitsIsSeenAndTold() throws {
        let told = Latch()
        let queue = BoundedQueue<Int>(capacity: 1) { told.open() }
        #expect(!queue.isAwaited)
        let received = Latch()
        Thread {
            if queue.receive(timeout: 120) == 7 { received.open() }
        }.start()
        #expect(told.wait(timeout: 600))
        try wait("awaited") { queue.isAwaited }
        queue.send(7)
        #expect(received.wait(timeout: 600))
        #expect(!queue.isAwaited)
    }

    @Test func aNudgeEndsOneWait() {
        let queue = BoundedQueue<Int>(capacity: .max)
        queue.nudge()
        let start = ContinuousClock.now
        #expect(queue.receiveAll(timeout: 60).isEmpty)
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(queue.receiveAll(timeout: 0.001).isEmpty)
        queue.sendNow(1)
        #expect(queue.receiveAll(timeout: 60) == [1])
    }
}
