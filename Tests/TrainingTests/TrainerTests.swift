import Foundation
import Scoring
import Sequences
import Testing
import Training
import Transactions

@Suite struct TrainerTests {
    /// 60 days of 80 users; a compromised terminal makes nearly all of its transactions fraud for ten days.
    static let dataset = dataset(days: 60)

    static func dataset(days: Int64) -> HistoricalDataset {
        let schema = TransactionSchema(
            name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
            entities: [.init(name: "terminal", field: "terminal", risk: true)],
            features: [.init(name: "category", kind: .category, fields: ["category"])], labelDelayMilliseconds: 2 * day)
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: 2 * 7 + 1)
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let events = 8000
        for event in 0..<events {
            let time = Int64(event) * (60 * day / Int64(events))
            if time >= days * day { break }
            let terminal = random(20)
            let compromised = terminal == Int(time / (10 * day)) * 3
            let fraud = compromised ? random(10) < 8 : random(200) == 0
            builder.add(
                Transaction(
                    id: "\(event)", user: "\(random(80))", time: EventTime(milliseconds: time),
                    amount: Double(random(10_000)) / 100, entities: ["\(terminal)"],
                    features: [.text("c\(random(5))")]),
                isFraud: fraud)
        }
        return builder.finished()
    }

    private static let day = EventTime.millisecondsPerDay

    var options: TrainingOptions {
        var options = TrainingOptions()
        options.width = 16
        options.feedForward = 32
        options.window = 8
        options.dropout = 0
        options.epochs = 3
        options.validationDays = 8
        options.encoder.minimumLeaf = 16
        options.learningRate = 1e-2
        return options
    }

    @Test func learnsAndReportsHow() throws {
        var steps: [TrainingProgress] = []
        let (model, report) = try Trainer(options).train(Self.dataset) { steps.append($0) }
        let last = try #require(report.epochs.last { $0.phase == .training }?.validation)
        // A model that learns nothing gets the share of frauds, 0.05.
        #expect(try #require(last.averagePrecision) > 0.4)
        #expect(try #require(report.validationPrecision) > 0.5)
        #expect(try #require(report.validationRecall) > 0.5)
        #expect(report.epochs.map(\.phase).filter { $0 == .training }.count == 3)
        #expect(steps.map(\.step) == steps.map(\.step).filter { $0 > 0 } && steps.last?.phase == .refit)
        #expect(model.hash == report.modelHash && model.threshold == report.threshold)
        let json = try #require(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        #expect(json["model_hash"] as? String == model.hash)
    }

    @Test func theModelDependsOnTheSeedButNotOnTheThreads() throws {
        var quick = options
        quick.epochs = 1
        quick.dropout = 0.1
        quick.pretrainingEpochs = 1
        let hashes = try [1, 2, 3].map { threads in
            quick.threads = threads
            return try Trainer(quick).train(Self.dataset).model.hash
        }
        #expect(Set(hashes).count == 1)
        quick.seed = 2
        #expect(try Trainer(quick).train(Self.dataset).model.hash != hashes[0])
    }

    @Test func nothingKnownAfterTheCutOffIsLearned() throws {
        var quick = options
        quick.epochs = 1
        let until = 40 * Self.day
        quick.untilMilliseconds = until
        quick.dropout = 0.1
        let hash = try Trainer(quick).train(Self.dataset).model.hash
        #expect(try Trainer(quick).train(Self.dataset(days: 40)).model.hash == hash)
        // The same, with every label that was not known at the cut-off turned over.
        var altered = Self.dataset
        altered.flipLabels { $0 + 2 * Self.day > until }
        #expect(altered.labels != Self.dataset.labels)
        #expect(try Trainer(quick).train(altered).model.hash == hash)
        altered.flipLabels { $0 + 2 * Self.day == until || $0 < Self.day }
        #expect(try Trainer(quick).train(altered).model.hash != hash)
    }

    @Test func pretrainingPredictsTheNextEvent() throws {
        var pretraining = options
        pretraining.epochs = 1
        pretraining.pretrainingEpochs = 3
        let report = try Trainer(pretraining).train(Self.dataset).report
        let losses = report.epochs.filter { $0.phase == .pretraining }.map(\.loss)
        try #require(losses.count == 3)
        #expect(losses[2] < losses[0])
        // Categories are uniform over five and the gaps have a shape: no better than chance would be more than this.
        #expect(losses[2] > log(5))
    }

    @Test func whatCannotBeTrainedIsSaid() {
        func error(_ change: (inout TrainingOptions) -> Void) -> TrainingError? {
            var options = options
            change(&options)
            do throws(TrainingError) {
                _ = try Trainer(options).train(Self.dataset)
                return nil
            } catch {
                return error
            }
        }
        #expect(error { $0.untilMilliseconds = 0 } == .noEvents)
        if case .noLabels = error({ $0.untilMilliseconds = Self.day }) {
        } else {
            Issue.record("labels before any known")
        }
        if case .option("threads", _, _) = error({ $0.threads = 0 }) {} else { Issue.record("no thread") }
        let endless = error { ($0.epochs, $0.pretrainingEpochs) = (.max, 1) }
        #expect(endless?.description == "epochs \(Int.max): expected 0 to 1000000")
        if case .model = error({ $0.heads = 3 }) {} else { Issue.record("heads that do not divide the width") }
    }
}
