internal import CoreMetrics

/// Charges the processor time of one thread to the stages it goes through, so that the next bottleneck is visible.
///
/// Owned by the thread that made it.
struct StageClock {
    enum Stage: Int, CaseIterable {
        case fetch, decode, group, score, commit, publish
    }

    private let counters = Stage.allCases.map {
        FloatingPointCounter(label: "vigil_stage_cpu_seconds", dimensions: [("stage", "\($0)")])
    }
    private var last = ThreadTime.nanoseconds()

    /// Charges what the thread has used since the last call.
    mutating func charge(_ stage: Stage) {
        let now = ThreadTime.nanoseconds()
        counters[stage.rawValue].increment(by: Double(now &- last) / 1e9)
        last = now
    }

    /// Charges processor time of any threads, measured elsewhere, in place of what this one has used since the last call.
    mutating func charge(_ stage: Stage, nanoseconds: UInt64) {
        counters[stage.rawValue].increment(by: Double(nanoseconds) / 1e9)
        last = ThreadTime.nanoseconds()
    }
}
