import Foundation
public import Scoring
public import Sequences
import Transformer

/// Makes a challenger of a champion from new transactions and labels, and measures both on what is old and what is new.
public struct Adaptation: Sendable {
    public let options: AdaptationOptions

    public init(_ options: AdaptationOptions) {
        self.options = options
    }

    /// - Parameters:
    ///   - champion: an adapter it has must be mergeable, and is merged.
    ///   - dataset: built with the champion's schema and history length, from before the old slice on.
    ///   - progress: called after every step, on the calling thread.
    /// - Returns: the challenger, whether acceptable or not: the report says.
    /// - Throws: `TrainingError`
    public func run(
        _ champion: Model, on dataset: HistoricalDataset, progress: (TrainingProgress) -> Void = { _ in }
    ) throws(TrainingError) -> (challenger: Model, report: AdaptationReport) {
        if let fault = options.fault { throw fault }
        do {
            return try AdaptationRun(try champion.merged(), dataset, options).finish(progress)
        } catch let error as TrainingError {
            throw error
        } catch {
            throw .model("\(error)")
        }
    }
}
