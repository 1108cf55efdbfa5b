import Foundation
import Postgres

/// Waits for a commit of somebody's and then strikes: a kill hurts most while there is work in hand.
final class Ambush {
    /// After so many seconds without a commit, anybody is struck.
    static let patience = 10.0

    private let stage: Stage
    private let delay: Double
    private let strike: (_ owner: String?) throws -> Void
    private let end = Date(timeIntervalSinceNow: patience)
    private var connection: PostgresConnection?
    private var before: [String: Int64] = [:]
    private var victim: (owner: String, at: Date)?

    /// - Parameter strike: called once, with the name of who committed, if anybody did.
    init(stage: Stage, delay: Double, strike: @escaping (_ owner: String?) throws -> Void) {
        self.stage = stage
        self.delay = delay
        self.strike = strike
    }

    /// Looks once; PostgreSQL may be away.
    func step() throws {
        if let victim {
            if Date() >= victim.at { try strike(victim.owner) }
            return
        }
        guard Date() < end else { return try strike(nil) }
        do {
            let connection = try connection ?? PostgresConnection(stage.database)
            self.connection = connection
            try look(connection)
        } catch is PostgresError {
            connection = nil
        }
    }

    private func look(_ connection: PostgresConnection) throws {
        let isFirst = before.isEmpty
        for row in try connection.executePrepared(
            "SELECT topic || partition AS input, owner, next_offset FROM vigil.stream_progress")
        {
            let (input, next): (String, Int64) = (try row.value("input"), try row.value("next_offset"))
            if !isFirst, victim == nil, next > before[input] ?? 0 {
                victim = (try row.value("owner"), Date(timeIntervalSinceNow: delay))
            }
            before[input] = next
        }
    }
}
