public import Transactions

/// Users, terminals and fraud made up from a seed: transactions in the order of time, all with known labels.
///
/// Fraud comes from compromised terminals, stolen cards, account takeovers and card testing; journeys, large purchases,
/// refunds and new devices look a little like it and are genuine.
/// - Complexity: memory for the users, the terminals and about one day of transactions.
public struct Simulator: LabelledTransactionSource {
    /// What the transactions look like: the schema of `Schemas/examples/demo.yaml`.
    public static var schema: TransactionSchema { .demo }

    /// There is no file; errors elsewhere call it this.
    public let name = "simulation"

    private let settings: SimulationSettings
    private var days: DayGenerator
    private var daysMade = 0
    /// Today's, from `position` on in the order of time.
    private var today: [DraftTransaction] = []
    private var position = 0
    /// Those of episodes that go on after today.
    private var later: [DraftTransaction] = []
    private var count = 0

    public init(_ settings: SimulationSettings = SimulationSettings()) {
        self.settings = settings
        days = DayGenerator(settings)
    }

    /// The next transaction, or nil after the last day; `line` numbers them from one.
    public mutating func next() -> LabelledTransaction? {
        nextWithScenario()?.item
    }

    /// The next transaction with what made it fraud, or nil for genuine ones.
    mutating func nextWithScenario() -> (item: LabelledTransaction, scenario: FraudScenario?)? {
        while position == today.count {
            guard daysMade < settings.days else { return nil }
            makeDay()
        }
        let draft = today[position]
        position += 1
        count += 1
        let item = LabelledTransaction(
            transaction: transaction(draft), isFraud: draft.scenario != nil, line: count)
        return (item, draft.scenario)
    }

    private mutating func makeDay() {
        let drafts = later + days.next()
        daysMade += 1
        let end = Int64(daysMade) * EventTime.millisecondsPerDay
        later = drafts.filter { $0.milliseconds >= end }
        today = drafts.filter { $0.milliseconds < end }
        position = 0
        // By index where times are equal: the order must not depend on the sort.
        let order = today.indices.sorted { (today[$0].milliseconds, $0) < (today[$1].milliseconds, $1) }
        today = order.map { today[$0] }
    }

    private func transaction(_ draft: DraftTransaction) -> Transaction {
        let terminal = days.map.terminals[draft.terminal]
        let home = days.users[draft.user].home
        let distance = terminal.place.map { (home.kilometres(to: $0) * 10).rounded() / 10 }
        let magnitude = max(0.01, (abs(draft.amount) * 100).rounded() / 100)
        return Transaction(
            id: "t\(padded(count, to: 8))", user: "u\(padded(draft.user + 1, to: 5))",
            time: settings.start.advanced(byMilliseconds: draft.milliseconds),
            amount: draft.amount < 0 ? -magnitude : magnitude,
            entities: [terminal.id, terminal.merchant, draft.device.map { "d" + String($0, radix: 16) }],
            features: [
                .text(terminal.category.rawValue), .text(draft.channel.rawValue), .text(terminal.country),
                distance.map { .number($0) } ?? .missing,
            ])
    }
}
