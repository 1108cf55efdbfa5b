import Evaluation

/// What `vigil replay --json` prints: the counts of the run and its figures side by side.
struct ReplayDocument: Encodable {
    var report: ReplayReport
    var analysis: ReplayAnalysis

    /// The analysis comes last: its `metrics` say more than the run's own and take their place.
    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        try analysis.encode(to: encoder)
    }
}
