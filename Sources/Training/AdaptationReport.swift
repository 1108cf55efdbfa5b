public import Foundation

/// What adapting a champion came to: what `metrics.json` holds.
public struct AdaptationReport: Sendable, Codable {
    /// Champion and challenger on the same events.
    public struct Comparison: Sendable, Codable {
        public var events: Int
        public var frauds: Int
        /// Average precision; nil where the slice has no fraud.
        public var champion: Double?
        public var challenger: Double?

        /// How much the challenger gained.
        public var gain: Double? { champion.flatMap { champion in challenger.map { $0 - champion } } }
    }

    public var options: AdaptationOptions
    public var championHash: String
    public var challengerHash = ""
    /// New labelled events trained on, and old ones rehearsed.
    public var new: Int
    public var rehearsed: Int
    /// Floats that training moved, of how many.
    public var trainedParameters: Int
    public var parameters: Int
    /// Old events of users that were not rehearsed.
    public var old: Comparison?
    /// The last days of the new labels, not trained on.
    public var late: Comparison?
    public var epochs: [TrainingReport.Epoch] = []
    public var seconds = 0.0

    /// Whether the challenger forgot no more than it may; false where the old slice cannot say.
    public var isAcceptable: Bool { old?.gain.map { $0 >= -options.maximumRegression } ?? false }

    /// As written to `metrics.json`, keys in snake case.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }
}
