public import Foundation
public import Postgres
internal import Rules
internal import Scoring
internal import Sequences
internal import Transactions

/// The rows of `replay_runs`, `replay_decisions` and `replay_metrics`: the only tables a replay writes.
public struct ReplayStore {
    /// Which decisions are stored.
    public enum Extent: String, Sendable, CaseIterable {
        /// What any contender flagged, and every fraud.
        case flagged
        case all
        case none
    }

    /// What is known of a run when it begins.
    public struct Opening: Sendable {
        public var source: String
        public var labelDelayMilliseconds: Int64
        /// A JSON object of what the replay was asked for.
        public var settings: String

        public init(source: String, labelDelayMilliseconds: Int64, settings: String = "{}") {
            self.source = source
            self.labelDelayMilliseconds = labelDelayMilliseconds
            self.settings = settings
        }
    }

    private let connection: PostgresConnection

    public init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// Notes that a run has begun; it stays `running` where the process is killed.
    public func begin(_ runID: String, _ opening: Opening, entrants: [ReplayEntrant]) throws {
        let contenders = entrants.map { entrant in
            ContenderSummary(
                name: entrant.name, model: entrant.model.hash, rules: entrant.rules.hash,
                review: entrant.thresholds?.review ?? entrant.model.threshold, decline: entrant.thresholds?.decline)
        }
        let json = String(decoding: try JSONEncoder().encode(contenders), as: UTF8.self)
        _ = try connection.execute(
            """
            INSERT INTO vigil.replay_runs (run_id, source, label_delay_seconds, contenders, settings)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [
                .uuid(runID), .text(PostgresValue.storable(opening.source)),
                .double(Double(opening.labelDelayMilliseconds) / 1000), .json(json), .json(opening.settings),
            ])
    }

    /// Notes why a run came to nothing.
    public func fail(_ runID: String, _ fault: String) throws {
        _ = try connection.execute(
            "UPDATE vigil.replay_runs SET status = 'failed', finished_at = now(), fault = $2 WHERE run_id = $1",
            [.uuid(runID), .text(PostgresValue.storable(fault))])
    }

    /// Writes decisions, metrics and the run's end in one transaction: a run that reads `done` or `partial` is whole.
    ///
    /// - Parameters:
    ///   - report: the JSON that the command prints; its numbers become the metrics.
    public func finish(_ runID: String, _ result: ReplayResult, report: Data, extent: Extent) throws {
        let metrics = try JSONDecoder().decode(NumberPaths.self, from: report).numbers
        try connection.transaction { connection in
            if extent != .none { try copyDecisions(runID, result.table, isAll: extent == .all) }
            _ = try connection.copy(into: ["vigil", "replay_metrics"], columns: ["run_id", "metric", "value"]) { rows in
                for (path, value) in metrics { try rows.row([.uuid(runID), .text(path), .double(value)]) }
            }
            _ = try connection.execute(
                """
                UPDATE vigil.replay_runs SET status = $2, finished_at = now(), span_from = $3, span_to = $4, events = $5,
                    duplicates = $6, immature = $7, seconds = $8, report = $9
                WHERE run_id = $1
                """,
                [
                    .uuid(runID), .text(result.isPartial ? "partial" : "done"),
                    .timestamp(milliseconds: result.from.milliseconds),
                    .timestamp(milliseconds: result.to.milliseconds),
                    .int64(Int64(result.events)), .int64(Int64(result.duplicates)),
                    .int64(Int64(result.table.count(of: .immature))), .double(result.seconds),
                    .json(String(decoding: report, as: UTF8.self)),
                ])
        }
    }

    private func copyDecisions(_ runID: String, _ table: ReplayTable, isAll: Bool) throws {
        let columns = [
            "run_id", "contender", "source", "partition", "record_offset", "alert_id", "user_pseudonym", "amount",
            "event_time", "model_score", "score", "decision", "decided_by", "rules", "fraud", "maturity",
        ]
        let hits = table.contenders.map { RuleHits($0.ruleRows, count: table.count) }
        _ = try connection.copy(into: ["vigil", "replay_decisions"], columns: columns) { writer in
            for row in 0..<table.count {
                guard isAll || table.truths[row] == 1 || table.contenders.contains(where: { $0.isFlagged(row) }) else {
                    continue
                }
                let source = table.sources[Int(table.sourceIndexes[row])]
                let alert = source.coordinates(offset: table.offsets[row])?.alertID
                for (index, contender) in table.contenders.enumerated() {
                    let rule = Int(contender.decidedBy[row])
                    try writer.row([
                        .uuid(runID), .text(PostgresValue.storable(contender.name)),
                        .text(PostgresValue.storable(source.name)),
                        .int32(source.partition), .int64(table.offsets[row]), .uuid(alert),
                        .text(PostgresValue.storable(table.userNames[Int(table.users[row])])),
                        .double(table.amounts[row]), .timestamp(milliseconds: table.times[row]),
                        .float(contender.modelScores[row]), .float(contender.scores[row]),
                        .text(contender.dispositions[row].rawValue),
                        .text(rule < 0 ? nil : contender.rules[rule].id),
                        .texts(hits[index][row].map { contender.rules[Int($0)].id }),
                        .bool(table.truths[row] < 0 ? nil : table.truths[row] == 1),
                        .text(table.maturities[row].name),
                    ])
                }
            }
        }
    }

    private struct ContenderSummary: Encodable {
        var name: String
        var model: String
        var rules: String
        var review: Float
        var decline: Float?
    }
}

extension ReplayTable.Maturity {
    /// As tables and reports call it.
    public var name: String {
        switch self {
        case .mature: "mature"
        case .immature: "immature"
        case .unlabelled: "unlabelled"
        }
    }
}
