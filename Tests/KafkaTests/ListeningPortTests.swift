import Foundation
import Testing

@testable import Kafka

@Suite struct ListeningPortTests {
    /// A port that a broker listens on is not free; once the broker is down it is, until somebody else takes it.
    @Test func isFreeWhenNobodyListens() throws {
        let broker = try EmbeddedBroker()
        defer { broker.stop() }
        let number = try #require(broker.bootstrapServers.split(separator: ":").last.flatMap { UInt16($0) })
        let port = ListeningPort(number: number)
        #expect(!port.isFree)
        try broker.takeDown()
        #expect(port.wait(milliseconds: 5_000))
        try broker.bringUp()
        let end = ContinuousClock.now + .seconds(5)
        while port.isFree, ContinuousClock.now < end { usleep(1_000) }
        #expect(!port.isFree && !port.wait(milliseconds: 10))
    }
}
