import Foundation
import Transformer

/// What scoring costs over layers, widths and windows.
struct ScoringGrid {
    /// One shape's figures.
    struct Row: Encodable {
        var layers: Int
        var width: Int
        var window: Int
        var scoreMicroseconds: Double
        var floorMicroseconds: Double
        var floorRatio: Double
        var bytesPerHotUser: Int
    }

    let users: Int
    let events: Int
    let batch: Int
    let precision: CachePrecision

    func run() throws -> [Row] {
        var rows: [Row] = []
        let bar = Progress("Shapes", total: 27)
        for layers in [1, 2, 4] {
            for width in [32, 64, 128] {
                for window in [32, 64, 128] {
                    let workload = try ScoringWorkload(
                        layers: layers, width: width, heads: width / 16, window: window, feedForward: 4 * width)
                    let report = try ScoringBench(
                        workload: workload, users: users, events: events, batch: batch, threads: 1,
                        precision: precision
                    ).run()
                    rows.append(
                        Row(
                            layers: layers, width: width, window: window,
                            scoreMicroseconds: report.stageMicroseconds.score,
                            floorMicroseconds: report.floorMicroseconds, floorRatio: report.floorRatio,
                            bytesPerHotUser: report.bytesPerHotUser))
                    bar.update(rows.count, "shapes")
                }
            }
        }
        bar.finish("27 shapes")
        return rows
    }

    /// For a terminal.
    static func lines(_ rows: [Row]) -> [String] {
        TextTable(
            header: ["layers", "width", "window", "µs an event", "floor", "ratio", "bytes hot"],
            rows: rows.map { row in
                [
                    "\(row.layers)", "\(row.width)", "\(row.window)", String(format: "%.2f", row.scoreMicroseconds),
                    String(format: "%.2f", row.floorMicroseconds), String(format: "%.2f", row.floorRatio),
                    "\(row.bytesPerHotUser)",
                ]
            }
        ).lines()
    }
}
