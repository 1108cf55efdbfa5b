import Transactions

@testable import Simulation

/// All transactions of a simulation, with the scenarios behind the fraud.
struct SimulatedPopulation {
    /// Half of the usual time and a fifth of the usual users, made once.
    static let shared: SimulatedPopulation = {
        var settings = SimulationSettings()
        settings.users = 300
        settings.days = 40
        return SimulatedPopulation(settings)
    }()

    let settings: SimulationSettings
    private(set) var items: [LabelledTransaction] = []
    /// For each item; nil for genuine ones.
    private(set) var scenarios: [FraudScenario?] = []

    init(_ settings: SimulationSettings) {
        self.settings = settings
        var simulator = Simulator(settings)
        while let (item, scenario) = simulator.nextWithScenario() {
            items.append(item)
            scenarios.append(scenario)
        }
    }
}
