import Kafka

/// One thing that is done to a running stage.
enum Disturbance: Hashable {
    case kill(member: Int, restartAfter: Double)
    /// Waits until somebody commits, and kills them so soon after.
    case ambush(delay: Double, restartAfter: Double)
    case freeze(member: Int, seconds: Double)
    case restart(member: Int)
    case leave(member: Int)
    case join
    case failRequests(failure: Int, count: Int)
    case slowBrokers(milliseconds: Int32, seconds: Double)
    case brokerDown(Int32, seconds: Double)
    case moveLeader(topic: Int, partition: Int32, to: Int32)
    case moveCoordinator(to: Int32)
    case crashDatabase(seconds: Double)

    /// Answers may be cut off by it.
    var cutsConnections: Bool {
        switch self {
        case .brokerDown, .moveCoordinator: true
        default: false
        }
    }

    /// What the embedded broker can be made to answer, each with what a processor must survive.
    static let failures: [(request: EmbeddedBroker.Request, code: KafkaErrorCode)] = [
        (.produce, .notLeader), (.produce, .requestTimedOut), (.fetch, .notLeader),
        (.heartbeat, .coordinatorUnavailable),
        (.offsetCommit, .coordinatorUnavailable), (.metadata, .requestTimedOut),
        (.findCoordinator, .coordinatorUnavailable),
        (.joinGroup, .coordinatorUnavailable), (.listOffsets, .notLeader), (.fetch, .transport),
        (.heartbeat, .unknownMember),
        (.heartbeat, .illegalGeneration),
    ]

    /// Chooses the next one.
    ///
    /// - Parameters:
    ///   - members: how many places the fleet has.
    ///   - mustKill: the round still owes a kill and its time runs short.
    static func next(members: Int, mustKill: Bool, _ random: inout SeededGenerator) -> Disturbance {
        let member = Int.random(in: 0..<members, using: &random)
        if mustKill { return .ambush(delay: .random(in: 0...0.1, using: &random), restartAfter: 0) }
        let broker = Int32.random(in: 1...Stage.brokers, using: &random)
        switch Int.random(in: 0..<24, using: &random) {
        case 0..<2: return .kill(member: member, restartAfter: .random(in: 0...2, using: &random))
        case 2..<8:
            return .ambush(
                delay: .random(in: 0...0.15, using: &random), restartAfter: .random(in: 0...2, using: &random))
        case 8, 9: return .freeze(member: member, seconds: .random(in: 3.6...6, using: &random))
        case 10, 11: return .restart(member: member)
        case 12: return .leave(member: member)
        case 13: return .join
        case 14, 15, 16:
            return .failRequests(
                failure: .random(in: failures.indices, using: &random), count: .random(in: 1...6, using: &random))
        case 17: return .slowBrokers(milliseconds: .random(in: 30...200, using: &random), seconds: 2)
        case 18: return .brokerDown(broker, seconds: .random(in: 0.5...3, using: &random))
        case 19, 20:
            let topic = Int.random(in: 0..<Stage.topics.count, using: &random)
            let partition = Int32.random(in: 0..<Stage.topics[topic].partitions, using: &random)
            return .moveLeader(topic: topic, partition: partition, to: broker)
        case 21: return .moveCoordinator(to: broker)
        default: return .crashDatabase(seconds: .random(in: 0.2...4, using: &random))
        }
    }
}
