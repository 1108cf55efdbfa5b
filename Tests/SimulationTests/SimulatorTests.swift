import Foundation
import Simulation
import Testing
import Transactions

struct SimulatorTests {
    /// The size of a demo, simulated once for all tests that look at its statistics.
    private static let demo: [(item: LabelledTransaction, scenario: FraudScenario?)] = all(SimulationSettings(seed: 1))

    private static func all(
        _ settings: SimulationSettings
    ) -> [(item: LabelledTransaction, scenario: FraudScenario?)] {
        var simulator = Simulator(settings)
        var items: [(item: LabelledTransaction, scenario: FraudScenario?)] = []
        while let next = simulator.nextWithScenario() { items.append(next) }
        return items
    }

    /// FNV-1a over what the canonical form says of every transaction.
    private func fingerprint(_ settings: SimulationSettings) -> UInt64 {
        let encoder = TransactionEncoder(schema: Simulator.schema)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var buffer: [UInt8] = []
        for (item, _) in Self.all(settings) {
            buffer.removeAll(keepingCapacity: true)
            encoder.append(item.transaction, fraud: item.isFraud, to: &buffer)
            for byte in buffer { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return hash
    }

    /// A change of the simulation changes this number on purpose: figures in the README then need measuring again.
    @Test func theSameSeedGivesTheSameBytes() {
        let settings = SimulationSettings(seed: 42, users: 80, days: 10)
        #expect(fingerprint(settings) == 1_715_678_404_073_284_070)
        var other = settings
        other.seed = 43
        #expect(fingerprint(other) != fingerprint(settings))
    }

    @Test func longerSimulationsOnlyAddDays() {
        // Fraud campaigns are laid over the whole time, so that only genuine users are the same.
        let short = Self.all(SimulationSettings(seed: 5, users: 50, days: 5, fraudScale: 0))
        let long = Self.all(SimulationSettings(seed: 5, users: 50, days: 9, fraudScale: 0))
        #expect(long.prefix(short.count).map(\.item) == short.map(\.item))
        #expect(long.count > short.count)
    }

    @Test func transactionsAreInOrderAndNamedOnce() {
        var ids: Set<String> = []
        var last = SimulationSettings().start
        let end = last.advanced(byMilliseconds: 60 * EventTime.millisecondsPerDay)
        for (item, _) in Self.demo {
            #expect(item.transaction.time >= last)
            last = item.transaction.time
            ids.insert(item.transaction.id)
        }
        #expect(last < end)
        #expect(ids.count == Self.demo.count)
        #expect((150_000...200_000).contains(Self.demo.count))
    }

    @Test func fraudIsRareAndOfEveryKind() {
        var counts: [FraudScenario: Int] = [:]
        for (item, scenario) in Self.demo {
            #expect(item.isFraud == (scenario != nil))
            if let scenario { counts[scenario, default: 0] += 1 }
        }
        let share = Double(counts.values.reduce(0, +)) / Double(Self.demo.count)
        #expect((0.005...0.01).contains(share))
        for scenario in FraudScenario.allCases { #expect(counts[scenario, default: 0] > 10, "\(scenario)") }
        #expect(Self.all(SimulationSettings(users: 100, days: 10, fraudScale: 0)).allSatisfy { $0.scenario == nil })
    }

    @Test func everyTransactionHoldsToTheSchema() throws {
        let encoder = TransactionEncoder(schema: .demo)
        let decoder = TransactionDecoder(schema: .demo)
        var buffer: [UInt8] = []
        for (item, _) in Self.demo.prefix(5000) {
            buffer.removeAll(keepingCapacity: true)
            encoder.append(item.transaction, to: &buffer)
            #expect(try decoder.decode(buffer, messageTimestamp: item.transaction.time) == item.transaction)
        }
    }

    /// Rules that anyone would write first catch a good part, and far from all.
    @Test func fraudCanBeLearnt() {
        var seenDevices: [String: Set<String>] = [:]
        var recent: [String: [(time: EventTime, category: FeatureValue)]] = [:]
        var labels: [(known: EventTime, terminal: String)] = []
        var firstUnknown = 0
        var confirmed: [String: [EventTime]] = [:]
        var (caught, raised, frauds) = (0, 0, 0)
        for (item, _) in Self.demo {
            let transaction = item.transaction
            let terminal = transaction.entities[0] ?? ""
            while firstUnknown < labels.count, labels[firstUnknown].known <= transaction.time {
                confirmed[labels[firstUnknown].terminal, default: []].append(labels[firstUnknown].known)
                firstUnknown += 1
            }
            if item.isFraud == true {
                let delay = TransactionSchema.demo.labelDelayMilliseconds
                labels.append((transaction.time.advanced(byMilliseconds: delay), terminal))
            }
            var isRaised =
                (confirmed[terminal] ?? []).filter {
                    $0 >= transaction.time.advanced(byMilliseconds: -7 * EventTime.millisecondsPerDay)
                }.count >= 5
            let hourAgo = transaction.time.advanced(byMilliseconds: -2 * EventTime.millisecondsPerHour)
            let before = (recent[transaction.user] ?? []).filter { $0.time >= hourAgo }
            if let device = transaction.entities[2] {
                let known = seenDevices[transaction.user] ?? []
                if !known.isEmpty, !known.contains(device), !before.isEmpty { isRaised = true }
                if item.isFraud == false { seenDevices[transaction.user, default: []].insert(device) }
            }
            if before.count >= 3, transaction.amount > 60 { isRaised = true }
            recent[transaction.user] = before + [(transaction.time, transaction.features[0])]
            // The first two weeks are for learning what is usual.
            guard transaction.time.days > SimulationSettings().start.days + 14 else { continue }
            frauds += item.isFraud == true ? 1 : 0
            raised += isRaised ? 1 : 0
            caught += isRaised && item.isFraud == true ? 1 : 0
        }
        let recall = Double(caught) / Double(frauds)
        let precision = Double(caught) / Double(raised)
        #expect((0.35...0.9).contains(recall), "recall \(recall)")
        #expect((0.15...0.9).contains(precision), "precision \(precision)")
    }

    @Test func filesHoldWhatWasSimulated() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("vigil-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let items = Self.demo.prefix(3000).map(\.item)
        for name in ["x.csv", "x.jsonl"] {
            let path = directory.appendingPathComponent(name).path
            let writer = try TransactionFileWriter(path: path, schema: .demo)
            for item in items { try writer.write(item.transaction, isFraud: item.isFraud) }
            try writer.close()
            var read: [LabelledTransaction] = []
            try TransactionFile(path: path, schema: .demo).forEach { read.append($0) }
            #expect(read.map(\.transaction) == items.map(\.transaction))
            #expect(read.map(\.isFraud) == items.map(\.isFraud))
        }
    }
}
