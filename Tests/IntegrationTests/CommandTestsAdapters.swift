import Foundation
import Testing

/// A base, what is trained beside it, and where models are written.
@Suite struct CommandTestsAdapters {
    private let directory: TemporaryDirectory
    private let source: [String]

    init() throws {
        directory = try TemporaryDirectory()
        source = ["--data", directory("data.csv"), "--schema", ProjectFiles.path("Schemas/examples/demo.yaml")]
    }

    private func succeed(_ arguments: String...) async throws -> VigilProcess.Outcome {
        try await succeed(arguments)
    }

    private func succeed(_ arguments: [String]) async throws -> VigilProcess.Outcome {
        let outcome = try await VigilProcess(arguments).outcome()
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        return outcome
    }

    private func train(_ options: String..., out: String) async throws -> VigilProcess.Outcome {
        let call = ["train", "--until", "2024-03-25", "--label-delay", "2d", "--out", directory(out), "--json"]
        return try await succeed(call + source + options)
    }

    @Test func aBaseIsKeptAndAdaptersOfAnotherAreTold() async throws {
        _ = try await succeed(
            "simulate", "--out", directory("data.csv"), "--users", "60", "--days", "30", "--seed", "3", "--start",
            "2024-03-01", "--fraud-scale", "10")
        _ = try await train(
            "--epochs", "1", "--layers", "1", "--width", "8", "--heads", "1", "--feed-forward", "8", "--window", "8",
            out: "base")
        _ = try await succeed("model", "convert", directory("base"), "--weights", "int8", "--out", directory("small"))
        // More of it is trained than the model has.
        let tuned = try await train(
            "--base", directory("small"), "--method", "lora", "--rank", "200", "--epochs", "1", out: "tuned")
        let trained = try #require(try tuned.json()["trained_parameters"] as? Int)
        #expect(try trained > #require(try tuned.json()["parameters"] as? Int))
        #expect(tuned.errors.contains("parameters, \(trained) trained, from"))
        #expect(try weights("tuned") == weights("small"))
        // Beside the base, the summary says how it is used.
        let joined = try await train("--base", directory("small"), "--method", "head", "--epochs", "1", out: "small")
        #expect(joined.errors.contains("use it with --adapter head"))
        #expect(try joined.json()["adapter"] as? String == "head")

        let compared = try await succeed(
            ["model", "compare", directory("base"), directory("small"), "--from", "2024-03-26", "--to", "2024-03-28"]
                + source)
        let columns = compared.output.split(separator: "\n").map { $0.split(separator: " ").dropFirst().first ?? "" }
        #expect(columns == ["weights", "───────", "float32", "int8"].map { Substring($0) }, "\(compared.output)")

        let merged = try await succeed("model", "merge", directory("tuned"), "--out", directory("small"))
        #expect(
            merged.errors.contains("dropped the adapters of the model that was replaced, they fit no other: head\n"))
        try await expectUnwritablePlaces()
        try await expectSinceIsAskedFor()
    }

    private func expectUnwritablePlaces() async throws {
        for call in [["merge", directory("tuned")], ["convert", directory("base"), "--weights", "bf16"]] {
            let refused = try await VigilProcess(["model"] + call + ["--out", "/proc/x"]).outcome()
            #expect(refused.status == 1, "\(refused.errors)")
            #expect(refused.errors.hasPrefix("Error: --out /proc/x: cannot be written: /proc: "))
            #expect(refused.errors.split(separator: "\n").count == 1)
        }
    }

    /// Before the data is read: there is none.
    private func expectSinceIsAskedFor() async throws {
        try FileManager.default.removeItem(atPath: directory("base") + "/metrics.json")
        let refused = try await VigilProcess.run(
            "adapt", "--model", directory("base"), "--data", "/nonexistent.csv", "--schema", "/nonexistent.yaml",
            "--until", "2024-03-29", "--out", directory("challenger"))
        #expect(refused.status == 2 && refused.errors.hasPrefix("Error: --since is needed: "), "\(refused.errors)")
    }

    private func weights(_ model: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: directory(model) + "/model.safetensors"))
    }
}
