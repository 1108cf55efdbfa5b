import Scoring
import Sequences
import Testing
import Training
import Transactions

/// A handful of labelled users among many.
@Suite struct FewLabelTests {
    private static let day = EventTime.millisecondsPerDay

    /// 50 days of 60 users: two transactions in a row above 80 are fraud. Only users below `labelled` have labels.
    private static func dataset(labelled: Int) -> HistoricalDataset {
        let schema = TransactionSchema(
            name: "test", fields: .init(id: "id", user: "user", time: "time", amount: "amount"),
            features: [
                .init(name: "category", kind: .category, fields: ["category"]),
                .init(name: "birth_year", kind: .number, fields: ["birth_year"]),
            ])
        var builder = HistoricalDatasetBuilder(schema: schema, historyCapacity: 15)
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var large = [Int](repeating: 0, count: 60)
        for event in 0..<6000 {
            let user = random(60)
            let amount = random(5) == 0 ? 80 + random(20) : random(80)
            large[user] = amount >= 80 ? large[user] + 1 : 0
            builder.add(
                Transaction(
                    id: "\(event)", user: "\(user)", time: EventTime(milliseconds: Int64(event) * (50 * day / 6000)),
                    amount: Double(amount), entities: [],
                    features: [.text("c\(amount / 40)"), .number(Double(1940 + user))]),
                isFraud: user < labelled ? large[user] >= 2 : nil)
        }
        return builder.finished()
    }

    private var options: TrainingOptions {
        var options = TrainingOptions()
        (options.width, options.feedForward, options.window, options.dropout) = (16, 32, 8, 0)
        options.learningRate = 1e-2
        options.encoder.minimumLeaf = 16
        options.epochs = 12
        return options
    }

    @Test func labelledUsersAreHeldOutInTurnAndTeachTheRest() throws {
        let dataset = Self.dataset(labelled: 6)
        let (model, report) = try Trainer(options).train(dataset)
        let phases = report.epochs.map(\.phase)
        #expect(phases.count { $0 == .pretraining } == 3)
        let crossFitting = phases.count { $0 == .crossFitting }
        // A fold for each labelled user whose fraud is known by the cut-off, five at most.
        #expect(crossFitting % 12 == 0 && (2...5).contains(crossFitting / 12))
        #expect(phases.count { $0 == .pseudoLabels } == 4 && phases.last == .pseudoLabels)
        // Of the held-out users; the share of frauds is 0.04.
        #expect(try #require(report.epochs.compactMap(\.validation).last?.averagePrecision) > 0.3)
        // Who the user is says nothing.
        let year = try #require(model.encoder.fields.first { $0.feature.name == "birth_year" })
        #expect(year.edges.isEmpty && year.scale == .greatestFiniteMagnitude)
        let category = try #require(model.encoder.fields.first { $0.feature.name == "category" })
        #expect(!category.vocabulary.isEmpty)
    }

    @Test func withEnoughLabelsTimeValidatesAndNothingIsPretrained() throws {
        var quick = options
        quick.epochs = 1
        let report = try Trainer(quick).train(Self.dataset(labelled: 60)).report
        #expect(Set(report.epochs.map(\.phase)) == [.training, .refit] && report.options.pretrainingEpochs == 0)
    }

    /// One labelled user cannot be held out: that is said, not passed over.
    @Test func withOneLabelledUserPseudoLabelsAreSaidToBeOff() throws {
        var quick = options
        (quick.epochs, quick.pretrainingEpochs) = (1, 0)
        let report = try Trainer(quick).train(Self.dataset(labelled: 2)).report
        #expect(!report.epochs.contains { $0.phase == .pseudoLabels || $0.phase == .crossFitting })
        #expect(report.pseudoLabelsFault != nil)
    }

    @Test func pseudoLabelsCanBeSwitchedOff() throws {
        var quick = options
        (quick.epochs, quick.pretrainingEpochs, quick.pseudoLabels) = (2, 0, nil)
        let report = try Trainer(quick).train(Self.dataset(labelled: 6)).report
        #expect(Set(report.epochs.map(\.phase)) == [.crossFitting, .training] && report.pseudoLabelsFault == nil)
        quick.pseudoLabels = 0.2
        #expect(throws: TrainingError.self) { try Trainer(quick).train(Self.dataset(labelled: 6)) }
    }
}
