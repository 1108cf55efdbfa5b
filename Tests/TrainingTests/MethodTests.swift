import Foundation
import Scoring
import Sequences
import Testing
import Transformer

@testable import Training

/// Trainings that stand on a base, from data to a model directory and back.
@Suite struct MethodTests {
    private var options: TrainingOptions {
        var options = TrainerTests().options
        options.epochs = 2
        options.refit = false
        return options
    }

    /// A base that has seen no label.
    private func pretrained() throws -> Model {
        var pretraining = options
        pretraining.method.method = .pretrain
        (pretraining.epochs, pretraining.pretrainingEpochs) = (0, 1)
        let (model, report) = try Trainer(pretraining).train(TrainerTests.dataset)
        #expect(report.bestEpoch == nil && model.calibration == .identity && model.threshold == 0.5)
        return model
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("vigil-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }

    @Test func everyMethodLearnsOnABaseAndLeavesItAlone() throws {
        let base = try pretrained()
        let bits = base.parameters.values.map(\.bitPattern)
        for method in TrainingMethod.allCases where method.needsBase {
            var fine = options
            // A head alone, on a base of one epoch, learns slowly.
            fine.epochs = 5
            fine.method.method = method
            let (model, report) = try Trainer(fine, base: base).train(TrainerTests.dataset)
            let precision = try #require(report.epochs.last?.validation?.averagePrecision)
            // A model that learns nothing gets the share of frauds, 0.05.
            #expect(precision > 0.12, "\(method)")
            #expect(report.trainedParameters < report.parameters / 2 + 600, "\(method)")
            #expect(base.parameters.values.map(\.bitPattern) == bits)
            try withDirectory { directory in
                try model.save(to: directory)
                #expect(try Model.load(from: directory).hash == model.hash)
                #expect(try Model.load(from: directory, adapter: Model.noAdapter).hash == base.hash)
                #expect(ModelAdapter.names(in: directory) == [method.rawValue])
                let attached = try #require(model.attached)
                #expect(attached.adapter.isMergeable == ![.adapter, .prefix].contains(method))
                if attached.adapter.isMergeable {
                    #expect(try model.merged().hash == model.hash && model.merged().attached == nil)
                } else {
                    #expect(throws: ModelFault.self) { try model.merged() }
                    #expect(throws: TrainingError.self) { try Trainer(fine, base: model).train(TrainerTests.dataset) }
                }
            }
        }
    }

    /// The matrix of the numbers moves beside the updates when asked to, and no table of bins does.
    @Test(arguments: [false, true]) func lowRankUpdatesTakeTheNumbersAlong(withNumbers: Bool) throws {
        let base = try pretrained()
        var fine = options
        (fine.method.method, fine.method.withNumbers) = (.lora, withNumbers)
        let model = try Trainer(fine, base: base).train(TrainerTests.dataset).model.merged()
        for entry in base.parameters.table.entries where entry.name.hasPrefix("embeddings.") {
            let moved = Array(base.parameters[entry]) != Array(model.parameters[entry])
            #expect(moved == (withNumbers && entry.name == "embeddings.numbers.weight"), "\(entry.name)")
        }
    }

    /// The benchmark's steps are real ones: the loss of made-up labels, one half each at first, falls.
    @Test func theBenchmarkTrains() throws {
        let shape = TransformerConfiguration(
            layers: 1, width: 8, heads: 1, feedForward: 8, window: 4, numbers: 2, binCounts: [3, 4])
        let outcome = try TrainingBenchmark(shape, batch: 4, tokens: 16, threads: 2).run(seconds: 0.2)
        #expect(outcome.steps > 0 && outcome.tokens == outcome.steps * 64 && outcome.tokensPerSecond > 0)
        #expect(outcome.loss < 0.69)
    }

    /// Ranks are taken from a layer until the budget holds.
    @Test func aRankBudgetHolds() throws {
        var fine = options
        fine.method.method = .lora
        fine.method.lowRank = LowRankShape(rank: 4, alpha: 8)
        fine.method.rankBudget = 1.5
        let model = try Trainer(fine, base: try pretrained()).train(TrainerTests.dataset).model
        let tensors = try #require(model.attached).adapter.tensors.filter { $0.name.hasSuffix("lora_E") }
        #expect(tensors.count == 8)
        let left = tensors.reduce(0) { $0 + $1.values.count { $0 != 0 } }
        #expect(left > 0 && left <= 12)
    }

    @Test func aStudentFollowsItsTeacher() throws {
        var quick = options
        let teacher = try Trainer(quick).train(TrainerTests.dataset).model
        func distance(_ model: Model) throws -> Double {
            let logits = try [teacher, model].map {
                try ModelBatchScorer($0, threads: 2).logits(EncodedSequences(TrainerTests.dataset, encoder: $0.encoder))
            }
            return zip(logits[0], logits[1]).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) }
        }
        quick.width = 8
        quick.layers = 1
        quick.epochs = 3
        quick.distillationWeight = 0.9
        let alone = try Trainer(quick).train(TrainerTests.dataset).model
        let student = try Trainer(quick, teacher: teacher).train(TrainerTests.dataset).model
        #expect(try distance(student) < 0.9 * distance(alone))
    }

    @Test func aGenerationLearnsFromTheOneBefore() throws {
        var quick = options
        quick.refit = true
        func train(_ generations: Int?) throws -> (model: Model, report: TrainingReport) {
            quick.generations = generations
            return try Trainer(quick).train(TrainerTests.dataset)
        }
        quick.distillationWeight = 1
        let (first, second) = (try train(1), try train(2))
        // Few frauds are known by heart, and not to be taught.
        #expect(try train(nil).model.hash == train(0).model.hash)
        #expect(try train(nil).model.hash != first.model.hash)
        #expect(first.report.epochs.filter { $0.phase == .refit }.map(\.epoch) == [1, 2])
        #expect(second.report.epochs.filter { $0.phase == .refit }.map(\.epoch) == [1, 2, 3, 4])
        #expect(first.model.hash != second.model.hash)
        // The second generation begins where the first ended, and differs from it.
        var refits = first.report.epochs.filter { $0.phase == .refit }.map(\.loss)
        #expect(refits == Array(second.report.epochs.filter { $0.phase == .refit }.map(\.loss).prefix(2)))
        // A teacher without weight is none.
        quick.distillationWeight = 0
        refits = try train(1).report.epochs.filter { $0.phase == .refit }.map(\.loss)
        #expect(refits == (try train(0).report.epochs.filter { $0.phase == .refit }.map(\.loss)))
    }

    @Test func patienceEndsATrainingThatStandsStill() throws {
        var still = options
        still.learningRate = 1e-12
        still.epochs = 8
        still.patience = 2
        let report = try Trainer(still).train(TrainerTests.dataset).report
        #expect(report.epochs.count == 3 && report.bestEpoch == 1)
        let lines = String(decoding: report.csv(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4 && lines[3].hasPrefix("training,3,"))
    }

    /// An adversary's steps cost the loss less once training has met them.
    @Test func adversarialTrainingMakesTheModelHarderToMove() throws {
        let radius: Float = 0.5
        var quick = options
        let plain = try Trainer(quick).train(TrainerTests.dataset).model
        quick.adversarialRadius = radius
        let hardened = try Trainer(quick).train(TrainerTests.dataset).model
        let rises = try [plain, hardened].map { try rise(of: $0, radius: radius) }
        #expect(rises[0] > 0 && rises[1] < 0.95 * rises[0], "\(rises)")
    }

    /// How much the mean loss of the dataset's first users rises by an adversary's step.
    private func rise(of model: Model, radius: Float) throws -> Double {
        let sequences = EncodedSequences(TrainerTests.dataset, encoder: model.encoder)
        let labels = sequences.rows.map { TrainerTests.dataset.labels[$0] }
        let task = ClassificationTask(objective: BinaryCrossEntropy(), labels: labels)
        let chunks = sequences.chunks(context: 14, maximumTokens: 512).prefix(12)
        var batch = TokenBatch(model.configuration)
        for chunk in chunks { batch.append(chunk, of: sequences) }
        let transformer = try Transformer(model.configuration)
        let workspace = Workspace(model.configuration)
        var losses: [Double] = []
        for perturbed in [false, true] {
            if perturbed { workspace.perturb(batch, radius: radius) }
            try transformer.forward(batch, model.parameters, workspace, perturbed: perturbed)
            losses.append(task.differentiate(chunks, batch, workspace, scale: 1) / Double(batch.count))
            transformer.backward(batch, model.parameters, workspace, into: Parameters(transformer.table))
        }
        return losses[1] - losses[0]
    }

    @Test func whatCannotStandOnABaseIsSaid() throws {
        func error(_ base: Model?, _ change: (inout TrainingOptions) -> Void) -> TrainingError? {
            var options = options
            change(&options)
            do throws(TrainingError) {
                _ = try Trainer(options, base: base).train(TrainerTests.dataset)
                return nil
            } catch {
                return error
            }
        }
        if case .option("base", _, _) = error(nil, { $0.method.method = .lora }) {} else { Issue.record("no base") }
        let base = try pretrained()
        if case .option("rank", _, _) = error(base, { $0.method.lowRank.rank = 0 }) {} else { Issue.record("no rank") }
        let beyond = error(base) { $0.method.rankBudget = 99 }
        if case .option("rankBudget", _, _) = beyond {} else { Issue.record("a budget beyond the rank") }
        let again = error(base) { ($0.method.method, $0.pretrainingEpochs) = (.lora, 1) }
        if case .option("pretrainingEpochs", _, _) = again {} else { Issue.record("pretraining a frozen base") }
    }
}
