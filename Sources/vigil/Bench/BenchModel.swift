import Scoring
import Sequences
import Simulation
import Training
import Transactions

/// A model of the default shape without the wait for a good one: an encoder fitted on a small simulation and one epoch
/// of training. Its scores mean little; what they cost is what any model of this shape costs.
enum BenchModel {
    static func make() throws -> Model {
        var settings = SimulationSettings()
        settings.users = 150
        settings.days = 24
        var options = TrainingOptions()
        options.epochs = 1
        options.refit = false
        options.validationDays = 4
        var builder = HistoricalDatasetBuilder(
            schema: Simulator.schema, historyCapacity: options.layers * (options.window - 1) + 1)
        var simulator = Simulator(settings)
        while let item = simulator.next() { builder.add(item.transaction, isFraud: item.isFraud) }
        return try Trainer(options).train(builder.finished()).model
    }
}
