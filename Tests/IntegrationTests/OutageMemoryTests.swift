import Foundation
import FoundationNetworking
import Kafka
import Postgres
import Testing
import Transactions

@testable import vigil

/// PostgreSQL answers nobody while events keep coming: what is held of them is bounded by what may wait.
struct OutageMemoryTests {
    private static let partitions: Int32 = 8
    /// More than may wait, less than the embedded broker keeps.
    private static let perPartition = 28_000
    /// Of one poll, which comes on top.
    private static let slack = 20_000

    private func publish(_ topic: String) throws {
        let producer = try KafkaProducer(settings: TestBrokers.settings())
        let encoder = TransactionEncoder(schema: ProcessorModel.schema)
        var reports: [DeliveryReport] = []
        for number in 0..<Self.perPartition * Int(Self.partitions) {
            let partition = Int32(number) % Self.partitions
            var value: [UInt8] = []
            encoder.append(
                Transaction(
                    id: "x\(number)", user: "u\(partition)",
                    time: EventTime(milliseconds: 1_767_571_200_000 + Int64(number)), amount: 1, entities: ["t"],
                    features: [.text("shop")]), to: &value)
            try producer.produce(ProducerRecord(topic: topic, partition: partition, value: value))
            // Its queue holds 100,000.
            if number % 50_000 == 0 { try producer.flush(into: &reports, timeoutMilliseconds: 60_000) }
        }
        try producer.flush(into: &reports, timeoutMilliseconds: 60_000)
        #expect(reports.allSatisfy { $0.error == nil })
    }

    @Test func whatWaitsIsBounded() async throws {
        let directory = try TemporaryDirectory()
        try ProcessorModel.save(to: directory("model"))
        _ = try directory.write("rules: []\n", to: "rules.yaml")
        let transactions = try TestBrokers.makeTopic("transactions", partitions: Self.partitions)
        let page = MetricsPage(port: try FreePort.find())
        let instance = try ProcessorCrashTests.Instance(
            transactions: transactions, labels: try TestBrokers.makeTopic("labels", partitions: 1),
            directory: directory,
            settings: [
                "VIGIL_TOPICS_SEQUENCES": TestBrokers.makeTopic("sequences", partitions: Self.partitions),
                "VIGIL_CONSOLE_PORT": "\(page.port)",
            ])
        let service = try instance.start()
        let pid = service.process.processIdentifier
        defer { kill(pid, SIGKILL) }
        try await eventually("all claimed, the labels' too") {
            try page.gauge("vigil_assigned_partitions") == Double(Self.partitions + 1)
        }
        let before = ProcessUsage(of: pid).peakBytes
        try #require(before > 0)

        let blocking = try instance.database.connect()
        try blocking.run(script: "BEGIN; LOCK TABLE vigil.stream_progress IN ACCESS EXCLUSIVE MODE")
        try publish(transactions)
        try await eventually("reading is paused") {
            try page.gauge("vigil_paused_partitions") == Double(Self.partitions)
        }
        let waiting = try #require(try page.gauge("vigil_waiting_events"))
        #expect(waiting > 40_000 && waiting <= Double(160_000 + Self.slack))
        let peak = ProcessUsage(of: pid).peakBytes
        #expect(peak >= before && peak - before < 300 << 20)

        try blocking.run(script: "ROLLBACK")
        try await eventually("it goes on") { try instance.decided(transactions) > 0 }
    }
}

/// The metrics of a process that this test starts, at a port found free.
private struct MetricsPage {
    let port: Int

    /// A gauge without dimensions; nil before it is there.
    func gauge(_ name: String) throws -> Double? {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/metrics"))
        guard let page = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }
}
