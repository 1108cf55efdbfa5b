import Scoring
import Sequences
import Testing
import Transactions

@testable import Training

@Suite struct AdaptationTests {
    private static let day = EventTime.millisecondsPerDay

    private func champion() throws -> Model {
        var options = TrainerTests().options
        options.epochs = 2
        options.refit = false
        options.untilMilliseconds = 40 * Self.day
        return try Trainer(options).train(TrainerTests.dataset).model
    }

    private var options: AdaptationOptions {
        var options = AdaptationOptions(sinceMilliseconds: 40 * Self.day)
        options.training.untilMilliseconds = 60 * Self.day
        options.training.validationDays = 6
        options.training.dropout = 0
        options.oldDays = 20
        return options
    }

    @Test(arguments: AdaptationOptions.Penalty.allCases)
    func aChallengerLearnsWithoutForgetting(penalty: AdaptationOptions.Penalty) throws {
        let champion = try champion()
        var adaptation = options
        adaptation.penalty = penalty
        adaptation.maximumRegression = 0.05
        let (challenger, report) = try Adaptation(adaptation).run(champion, on: TrainerTests.dataset)
        #expect(report.isAcceptable, "\(String(describing: report.old))")
        #expect(report.new > 1000 && report.rehearsed > 0 && report.trainedParameters < report.parameters / 2)
        #expect(challenger.hash == report.challengerHash && challenger.hash != champion.hash)
        #expect(challenger.attached?.base.hash == champion.hash)
        let late = try #require(report.late)
        #expect(late.events > 300 && (late.challenger ?? 0) > 0.2)
    }

    /// A training that breaks the model is found out.
    @Test func aChallengerThatForgotIsNotAcceptable() throws {
        var ruinous = options
        ruinous.penalty = .none
        ruinous.rehearsal = 0
        ruinous.training.method.method = .full
        ruinous.training.learningRate = 0.5
        let report = try Adaptation(ruinous).run(try champion(), on: TrainerTests.dataset).report
        #expect(!report.isAcceptable, "\(String(describing: report.old))")
    }

    /// No event is in two slices, none is trained on that is measured on, and the label delay holds.
    @Test func slicesAreApart() throws {
        let dataset = TrainerTests.dataset
        let slices = AdaptationSlices(dataset, options)
        for row in 0..<dataset.count {
            let inSlices = [slices.new, slices.rehearsed, slices.late, slices.old].count { $0[row] >= 0 }
            #expect(inSlices <= 1)
            let time = dataset.times[row]
            if time < 20 * Self.day || time > 58 * Self.day { #expect(inSlices == 0) }
            if slices.new[row] >= 0 { #expect(time >= 40 * Self.day && time < 52 * Self.day) }
            if slices.late[row] >= 0 { #expect(time >= 52 * Self.day) }
        }
        let heldOut = Set(slices.old.indices.filter { slices.old[$0] >= 0 }.map { dataset.users[$0] })
        let rehearsed = Set(slices.rehearsed.indices.filter { slices.rehearsed[$0] >= 0 }.map { dataset.users[$0] })
        #expect(!heldOut.isEmpty && !rehearsed.isEmpty && heldOut.isDisjoint(with: rehearsed))
    }

    @Test func nothingNewIsAnError() throws {
        var early = options
        early.sinceMilliseconds = 59 * Self.day
        #expect(throws: TrainingError.self) { try Adaptation(early).run(try champion(), on: TrainerTests.dataset) }
    }
}
