import ArgumentParser
import Foundation
import Postgres

/// `vigil-chaos round`: plays one round in this process, with brokers and a database of its own.
///
/// The embedded broker may abort the process it lives in; then that round has shown nothing, and no other is touched.
struct RoundCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "round", shouldDisplay: false)

    @Argument(help: "A round's order, as JSON.")
    var order: String

    func run() throws {
        let order = try JSONDecoder().decode(RoundOrder.self, from: Data(order.utf8))
        let server = try ThrowawayServer(ThrowawayServer.Options(isDurable: true))
        defer { server.stop() }
        let files = try RunFiles(path: order.directory, binary: order.binary)
        let round = try Round(order, server: server, files: files)
        let reference = URL(fileURLWithPath: order.referencePath)
        let verdict: Verdict
        if let seconds = order.disturbedSeconds {
            let scores = try JSONDecoder().decode([String: Observation.Alert].self, from: Data(contentsOf: reference))
            verdict = try round.disturbed(seconds: seconds, kills: order.kills, reference: scores)
        } else {
            let (undisturbed, scores) = try round.undisturbed()
            try JSONEncoder().encode(scores).write(to: reference)
            verdict = undisturbed
        }
        try JSONEncoder().encode(verdict).write(to: URL(fileURLWithPath: order.verdictPath))
    }
}
