import Evaluation
import Foundation
import Postgres
import Transactions

/// A replay's rows in the configured database, where there is one.
struct ReplayRecord {
    let runID = UUID().uuidString.lowercased()
    private let store: ReplayStore?
    private let extent: ReplayStore.Extent

    /// Notes that the run has begun.
    ///
    /// - Throws: `SettingsFault`, `PostgresError`.
    init(
        _ reader: SettingsReader, entrants: [ReplayEntrant], source: String, settings: ReplayOptions,
        extent: ReplayStore.Extent
    ) throws {
        self.extent = extent
        guard extent != .none, reader.hasPostgres else {
            store = nil
            return
        }
        let store = ReplayStore(try PostgresConnection(try reader.postgres()))
        let asked = Asked(
            from: settings.from?.iso8601, to: settings.to?.iso8601, warmUpFrom: settings.warmUpFrom?.iso8601,
            userShare: settings.userShare, segments: settings.segments)
        let json = String(decoding: try JSONEncoder().encode(asked), as: UTF8.self)
        try store.begin(
            runID,
            ReplayStore.Opening(
                source: source, labelDelayMilliseconds: settings.labelDelayMilliseconds, settings: json),
            entrants: entrants)
        self.store = store
    }

    /// Writes decisions and figures and closes the run.
    func finish(_ result: ReplayResult, _ report: some Encodable) throws {
        guard let store else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try store.finish(runID, result, report: try encoder.encode(report), extent: extent)
    }

    /// Notes why the run came to nothing, as far as the database still listens.
    func fail(_ error: any Error) {
        try? store?.fail(runID, ProgramEnd.words(for: error))
    }

    private struct Asked: Encodable {
        var from: String?
        var to: String?
        var warmUpFrom: String?
        var userShare: Double
        var segments: [String]
    }
}
