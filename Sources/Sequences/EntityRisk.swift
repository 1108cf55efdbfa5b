/// What the completed buckets before a moment tell of one entity.
///
/// Windows are 1, 7 and 30 days. Transactions are counted in windows set back by the label delay, so that a
/// window's frauds and its transactions are about the same events.
public struct EntityRisk: Hashable, Sendable {
    /// Transactions old enough to be labelled, in (t − delay − w, t − delay].
    public var matured: SIMD3<Float> = .zero
    /// Frauds that became known in (t − w, t].
    public var frauds: SIMD3<Float> = .zero
    /// The last three labels, the newest first: 1 fraud, 0 not, NaN where there are fewer.
    public var lastLabels = SIMD3<Float>(repeating: .nan)
    /// How many labels in a row, up to the newest, are fraud.
    public var fraudRun: Float = 0
    /// Days since the current run of fraud labels began; NaN outside a run.
    public var fraudRunDays: Float = .nan
    /// Exponentially weighted share of fraud over the last labels; NaN without one.
    public var labelMean: Float = .nan
    /// Days since the newest label became known; NaN without one.
    public var newestLabelDays: Float = .nan
    /// Days since the last fraud became known; NaN without one.
    public var lastFraudDays: Float = .nan
    /// Midnights (UTC) since the first fraud of the current run became known; NaN outside a run. A compromise that lasts
    /// whole days ends sharply by this count, and a day blurred by the age.
    public var fraudRunMidnights: Float = .nan
    /// Midnights from the last label before the current run that was no fraud to the run's first; NaN outside a run or
    /// without such a label. Zero says that the entity was sound on the day of the fraud.
    public var fraudRunGap: Float = .nan
    /// The least amount of the current run's newest 16 frauds; NaN outside a run or where no label says. One fraud of an
    /// ordinary amount tells more of the entity than one that its amount explains.
    public var fraudRunAmount: Float = .nan
    /// Midnights since the last label that was no fraud became known; NaN without one.
    public var genuineMidnights: Float = .nan
    /// Transactions of the last 1 and 7 days, labelled or not.
    public var recent: SIMD2<Float> = .zero

    public init() {}

    /// Frauds over matured transactions, at most 1; NaN where neither is known.
    public func fraudShare(_ window: Int) -> Float {
        let total = max(matured[window], frauds[window])
        return total > 0 ? frauds[window] / total : .nan
    }
}
