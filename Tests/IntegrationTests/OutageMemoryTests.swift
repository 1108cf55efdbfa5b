import Foundation
import FoundationNetworking
import Kafka
import Postgres
import Testing
import Transactions

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
        let page = try MetricsPage()
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
        let before = try Self.peakBytes(of: pid)

        let blocking = try instance.database.connect()
        try blocking.run(script: "BEGIN; LOCK TABLE vigil.stream_progress IN ACCESS EXCLUSIVE MODE")
        try publish(transactions)
        try await eventually("reading is paused") {
            try page.gauge("vigil_paused_partitions") == Double(Self.partitions)
        }
        let waiting = try #require(try page.gauge("vigil_waiting_events"))
        #expect(waiting > 40_000 && waiting <= Double(160_000 + Self.slack))
        #expect(try Self.peakBytes(of: pid) - before < 300 << 20)

        try blocking.run(script: "ROLLBACK")
        try await eventually("it goes on") { try instance.decided(transactions) > 0 }
    }

    /// - Source: proc(5), `status`: `VmHWM`, in KiB.
    private static func peakBytes(of pid: Int32) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber))) << 10
    }
}

/// The metrics of a process that this test starts, at a port found free.
private struct MetricsPage {
    let port: UInt16

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) | getsockname(descriptor, $0, &size)
            }
        }
        try #require(status == 0)
        port = UInt16(bigEndian: address.sin_port)
    }

    /// A gauge without dimensions; nil before it is there.
    func gauge(_ name: String) throws -> Double? {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/metrics"))
        guard let page = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }
}
