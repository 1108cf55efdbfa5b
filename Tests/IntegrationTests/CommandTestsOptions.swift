import Foundation
import Testing

/// Options of `train` and `adapt` that do nothing or are out of range: said before any file is read.
@Suite struct CommandTestsOptions {
    private static let data = [
        "--data", "/nonexistent.csv", "--schema", "/nonexistent.yaml", "--until", "2024-01-01", "--out", "m",
    ]

    private func expect(_ call: String, _ message: String) async throws {
        let words = call.split(separator: " ").map(String.init)
        let outcome = try await VigilProcess(words + Self.data).outcome()
        #expect(outcome.status == 2 && outcome.errors.hasPrefix("Error: \(message)\n"), "\(call): \(outcome.errors)")
    }

    @Test(arguments: [
        ("--base b --width 8", "--width has no effect with --base: leave it out, the base's shape is kept"),
        (
            "--base b --method head --layers 1 --window 4",
            "--layers, --window have no effect with --base: leave them out, the base's shape is kept"
        ),
        (
            "--base b --method head --rank 2",
            "--rank has no effect with --method head: leave it out, or choose --method lora"
        ),
        (
            "--base b --method lora --prefix-length 2",
            "--prefix-length has no effect with --method lora: leave it out, or choose --method prefix"
        ),
        (
            "--adapter-name x",
            "--adapter-name has no effect with --method full: leave it out, it trains the whole model"
        ),
        (
            "--method pretrain --epochs 2",
            "--epochs has no effect with --method pretrain: leave it out and give --pretrain-epochs"
        ),
        (
            "--method pretrain --fraud-weight 2",
            "--fraud-weight has no effect with --method pretrain: leave it out, it learns nothing from labels"
        ),
        (
            "--base b --method lora --pretrain-epochs 1",
            "--pretrain-epochs has no effect with --method lora: leave it out, the base is what was pretrained"
        ),
        (
            "--distill-from t --generations 1",
            "--generations has no effect with --distill-from: leave it out, or --distill-from"
        ),
        (
            "--generations 0 --distill-weight 0.5",
            "--distill-weight has no effect with --generations 0: leave it out, or name a teacher with --distill-from"
        ),
        ("--focusing 1", "--focusing has no effect with --objective bce: leave it out, or choose --objective focal"),
    ])
    func anIdleOptionIsRefused(options: String, message: String) async throws {
        try await expect("train \(options)", message)
    }

    @Test(arguments: [
        ("--epochs -3", "--epochs -3: expected 0 to 1000000"),
        ("--epochs \(Int.max)", "--epochs \(Int.max): expected 0 to 1000000"),
        ("--batch 0", "--batch 0: expected 1 to 4096"),
        ("--pretrain-epochs -1", "--pretrain-epochs -1: expected 0 to 1000000"),
        ("--learning-rate nan", "--learning-rate nan: expected a positive number"),
        ("--base b --method lora --rank 2000", "--rank 2000: expected 1 to 1024"),
        ("--base b --method adapter --adapter-width 0", "--adapter-width 0: expected 1 to 4096"),
        ("--distill-weight 2", "--distill-weight 2.0: expected 0 to 1"),
        ("--feed-forward 0", "--feed-forward is 0, must be in 1...16384"),
        ("--label-fraction nan", "--label-fraction nan: expected above 0, at most 1"),
    ])
    func anOptionOutOfRangeIsNamed(options: String, message: String) async throws {
        try await expect("train \(options)", message)
    }

    @Test(arguments: [
        ("--since 2023-12-01 --max-regression 2", "--max-regression 2.0: expected 0 to 1"),
        ("--since 2024-01-01", "--since must be before --until"),
        (
            "--penalty none --penalty-weight 1",
            "--penalty-weight has no effect with --penalty none: leave it out, or choose --penalty distill or ewc"
        ),
        (
            "--method bitfit --alpha 1",
            "--alpha has no effect with --method bitfit: leave it out, or choose --method lora"
        ),
    ])
    func adaptSaysTheSame(options: String, message: String) async throws {
        try await expect("adapt --model m \(options)", message)
    }
}
