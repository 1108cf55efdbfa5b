import ArgumentParser
import Evaluation

/// What a threshold is to be chosen by.
struct ThresholdOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Choose the threshold for as many alerts, those of rules included.", valueName: "200/day"))
    var budget: String?

    @Option(help: ArgumentHelp("Choose the lowest threshold at which this share of what is flagged is fraud."))
    var precision: Double?

    @Option(
        help: ArgumentHelp(
            "Choose the cheapest threshold, and say what decisions cost. Each a number, 'amount' or '0.5*amount'.",
            valueName: "review=4,miss=amount,decline=1"))
    var cost: String?

    func validate() throws {
        if let budget, ThresholdGoal.budget(budget) == nil {
            throw ValidationError("--budget \(budget): a number of alerts a day is expected, such as 200/day")
        }
        if let precision, !(precision > 0 && precision <= 1) {
            throw ValidationError("--precision \(precision): a share above 0 and up to 1 is expected")
        }
        if let cost, DecisionCosts(cost) == nil {
            throw ValidationError(
                "--cost \(cost): review=, miss= and decline= are expected, each a number, amount or 0.5*amount")
        }
    }

    /// nil where nobody said.
    var costs: DecisionCosts? { cost.flatMap { DecisionCosts($0) } }

    /// In the order of the options.
    var goals: [ThresholdGoal] {
        [budget.flatMap(ThresholdGoal.budget), precision.map(ThresholdGoal.precision), costs.map(ThresholdGoal.cost)]
            .compactMap { $0 }
    }
}
