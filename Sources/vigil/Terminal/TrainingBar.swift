import Foundation
import Training

/// A bar for each phase of a training run.
final class TrainingBar {
    private var phase: TrainingProgress.Phase?
    private var bar: Progress?
    private var last = ""

    /// Shows where the run stands.
    func update(_ progress: TrainingProgress) {
        if progress.phase != phase {
            finish()
            phase = progress.phase
            bar = Progress(progress.phase.rawValue.capitalized, total: progress.steps)
        }
        last = "epoch \(progress.epoch) of \(progress.epochs), loss \(String(format: "%.4f", progress.loss))"
        bar?.update(progress.step, last)
    }

    /// Closes the last phase.
    func finish() {
        bar?.finish(last)
        bar = nil
    }
}
