import Training

extension TrainCommand {
    /// Refuses options that the others leave without effect.
    ///
    /// - Throws: `ValidationError` naming them.
    func refuseIdleOptions() throws {
        if base != nil { try training.refuseShape() }
        try sizes.refuseOthers(than: method)
        if method.needsBase {
            try IdleOptions.refuse(
                ["--pretrain-epochs": (training.pretrainEpochs ?? 0) > 0], with: "--method \(method)",
                advice: ", the base is what was pretrained")
        }
        if method == .pretrain {
            let pretraining = "--method pretrain"
            try IdleOptions.refuse(
                ["--epochs": training.epochs != nil], with: pretraining, advice: " and give --pretrain-epochs")
            try IdleOptions.refuse(
                [
                    "--pseudo-labels": training.pseudoLabels != nil, "--generations": training.generations != nil,
                    "--distill-from": distillFrom != nil, "--distill-weight": distillWeight != nil,
                ], with: pretraining, advice: ", it learns nothing from labels")
            try IdleOptions.refuse(objective.ofLabels, with: pretraining, advice: ", it learns nothing from labels")
        }
        if distillFrom != nil {
            try IdleOptions.refuse(
                ["--generations": training.generations != nil], with: "--distill-from",
                advice: ", or --distill-from")
        } else if training.generations == 0 {
            try IdleOptions.refuse(
                ["--distill-weight": distillWeight != nil], with: "--generations 0",
                advice: ", or name a teacher with --distill-from")
        }
    }
}
