import Foundation
import FoundationNetworking

/// Reads the metrics that `vigil run` serves.
struct ProcessorMetrics {
    let port: Int

    /// Processor seconds by stage.
    ///
    /// - Throws: `Failure` where the processor does not answer.
    func stageSeconds() throws -> [String: Double] {
        guard let url = URL(string: "http://127.0.0.1:\(port)/metrics"),
            let data = try? Data(contentsOf: url)
        else { throw Failure("the processor's metrics on port \(port) do not answer") }
        var seconds: [String: Double] = [:]
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix("vigil_stage_cpu_seconds_total{stage=\""), let value = line.split(separator: " ").last
            else { continue }
            let stage = line.split(separator: "\"", maxSplits: 2).dropFirst().first.map(String.init) ?? ""
            seconds[stage] = Double(value)
        }
        return seconds
    }
}
