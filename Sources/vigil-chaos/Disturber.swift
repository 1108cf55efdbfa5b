import Foundation
import Kafka
import Postgres

/// Carries disturbances out and takes each back when its time has come.
final class Disturber {
    private let stage: Stage
    private let fleet: Fleet
    private let say: (String) -> Void
    private var repairs: [(at: Date, what: () throws -> Void)] = []
    private var isDatabaseDown = false
    private var ambush: Ambush?
    private(set) var kills = 0
    /// Everything after which alerts may rightly be published a second time: kills, freezes and outages.
    private(set) var takeovers = 0

    init(_ stage: Stage, _ fleet: Fleet, say: @escaping (String) -> Void) {
        self.stage = stage
        self.fleet = fleet
        self.say = say
    }

    /// Takes back what is due.
    func step() throws {
        try ambush?.step()
        let now = Date()
        let due = repairs.filter { $0.at <= now }
        repairs.removeAll { $0.at <= now }
        for repair in due { try repair.what() }
        try fleet.notice()
    }

    /// Takes everything back at once.
    func calm() throws {
        let all = repairs
        repairs = []
        for repair in all { try repair.what() }
        for request in EmbeddedBroker.Request.allCases { try stage.broker.clearFaults(request) }
        for member in fleet.members.prefix(3) where !member.isUp { try fleet.start(member) }
    }

    private func later(_ seconds: Double, _ what: @escaping () throws -> Void) {
        repairs.append((Date(timeIntervalSinceNow: seconds), what))
    }

    func perform(_ disturbance: Disturbance) throws {
        switch disturbance {
        case .kill(let number, let delay):
            if let member = up(number) { try kill(member, restartAfter: delay) }
        case .ambush(let delay, let restartAfter):
            ambush = Ambush(stage: stage, delay: delay) { [unowned self] owner in
                ambush = nil
                guard let member = fleet.members.first(where: { $0.isUp && $0.owner == owner }) ?? up(0) else { return }
                try kill(member, restartAfter: restartAfter)
            }
        case .freeze(let number, let seconds):
            guard let member = up(number), !member.isFrozen else { return }
            say(String(format: "freeze p%d for %.1f s", member.number, seconds))
            fleet.freeze(member)
            takeovers += 1
            later(seconds) { [fleet] in fleet.thaw(member) }
        case .restart(let number):
            guard let member = up(number), !member.isFrozen else { return }
            say("restart p\(member.number)")
            takeovers += 1
            fleet.stop(member) { [fleet] in try fleet.start(member) }
        case .leave(let number):
            guard let member = up(number), fleet.members.count(where: { $0.isUp && !$0.isStopping }) > 1,
                !member.isFrozen
            else { return }
            say("p\(member.number) leaves")
            takeovers += 1
            fleet.stop(member)
        case .join:
            if let member = fleet.members.first(where: { !$0.isUp }) {
                say("p\(member.number) joins")
                try fleet.start(member)
            } else if fleet.members.count < 4 {
                say("p\(fleet.members.count) joins")
                try fleet.add()
            }
        default: try disturbServers(disturbance)
        }
    }

    /// An ambush has been laid and nobody has come yet.
    var isInAmbush: Bool { ambush != nil }

    private func kill(_ member: Fleet.Member, restartAfter delay: Double) throws {
        say("kill -9 \(member.owner)")
        fleet.kill9(member)
        kills += 1
        takeovers += 1
        later(delay) { [fleet] in if !member.isUp { try fleet.start(member) } }
    }

    /// A member that runs: the one asked for, or else another.
    private func up(_ number: Int) -> Fleet.Member? {
        let running = fleet.members.filter { $0.isUp && !$0.isStopping }
        guard !running.isEmpty else { return nil }
        return running.first { $0.number == number } ?? running[number % running.count]
    }

    private func disturbServers(_ disturbance: Disturbance) throws {
        let broker = stage.broker
        switch disturbance {
        case .failRequests(let index, let count):
            let failure = Disturbance.failures[index]
            say("\(count) requests \(failure.request) fail with \(failure.code.name)")
            takeovers += 1
            try broker.fail(failure.request, with: Array(repeating: failure.code, count: count))
        case .slowBrokers(let milliseconds, let seconds):
            say("brokers answer after \(milliseconds) ms")
            try broker.setRoundTrip(milliseconds: milliseconds)
            later(seconds) { try broker.setRoundTrip(milliseconds: 0) }
        case .brokerDown(let number, let seconds):
            say(String(format: "broker %d is down for %.1f s", number, seconds))
            takeovers += 1
            try broker.takeDown(broker: number)
            later(seconds) { try broker.bringUp(broker: number) }
        case .moveLeader(let topic, let partition, let target):
            let moved = TopicPartition(topic: Stage.topics[topic].name, partition: partition)
            say("leader of \(moved) moves to broker \(target)")
            try broker.setLeader(of: moved, broker: target)
        case .moveCoordinator(let target):
            say("the coordinator moves to broker \(target)")
            takeovers += 1
            // A coordinator moves because its broker goes; the embedded broker aborts if a member it still answers joins anew.
            let others = (1...Stage.brokers).filter { $0 != target }
            for other in others { try broker.takeDown(broker: other) }
            try broker.setCoordinator(ofGroup: Stage.group, broker: target)
            later(0.3) { for other in others { try broker.bringUp(broker: other) } }
        case .crashDatabase(let seconds):
            guard !isDatabaseDown else { return }
            isDatabaseDown = true
            say(String(format: "PostgreSQL is stopped at once for %.1f s", seconds))
            takeovers += 1
            try stage.server.crash()
            later(seconds) { [unowned self] in
                try stage.server.revive()
                isDatabaseDown = false
            }
        default: return
        }
    }
}
