import CRdKafka

/// Carries a rebalance from librdkafka to the application's handler and completes it.
///
/// `@unchecked Sendable`: touched only by the thread that polls; `KafkaConsumer` refuses a second one.
final class RebalanceCoordinator: @unchecked Sendable {
    var handler: (any RebalanceHandler)?
    /// Partitions that went during the current `poll`.
    private(set) var departed: Set<TopicPartition> = []
    private var failure: (any Error)?
    /// Partitions the handler knows to be its own.
    private var held: Set<TopicPartition> = []

    func depart(_ partitions: some Sequence<TopicPartition>) {
        departed.formUnion(partitions)
    }

    func takeDeparted() -> Set<TopicPartition> {
        defer { departed = [] }
        return departed
    }

    /// Throws what the handler threw, once.
    func checkHandler() throws {
        guard let failure else { return }
        self.failure = nil
        throw failure
    }

    func handle(
        _ response: rd_kafka_resp_err_t, _ list: UnsafePointer<rd_kafka_topic_partition_list_t>?, client: OpaquePointer
    ) {
        let partitions = PartitionList.entries(list).map(\.partition).sorted()
        let isCooperative = rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
        do {
            switch response {
            case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
                try assign(startOffsets(of: partitions), client, isCooperative)
            case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
                depart(partitions)
                let going = partitions.filter { held.remove($0) != nil }
                if !going.isEmpty {
                    let isLost = rd_kafka_assignment_lost(client) != 0
                    askHandler { try isLost ? handler?.lost(going) : handler?.revoked(going) }
                }
                try unassign(partitions, client, isCooperative)
            default:
                record(KafkaError(code: KafkaErrorCode(response), operation: "rebalance"))
                try KafkaError.check(rd_kafka_assign(client, nil), "unassign")
            }
        } catch {
            record(error)
        }
    }

    /// Nothing to start if the handler fails: librdkafka still has to be told.
    private func startOffsets(of partitions: [TopicPartition]) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        askHandler {
            let answer = try handler?.assigned(partitions) ?? [:]
            if let stranger = answer.keys.first(where: { !partitions.contains($0) }) {
                throw KafkaError(
                    code: .invalidArgument, operation: "assign", message: "start offset of a partition not assigned",
                    partition: stranger)
            }
            for partition in partitions { offsets[partition] = answer[partition] ?? KafkaOffset.committed }
            held.formUnion(partitions)
        }
        return offsets
    }

    private func assign(
        _ offsets: [TopicPartition: Int64], _ client: OpaquePointer, _ isCooperative: Bool
    ) throws(KafkaError) {
        let list = PartitionList(offsets: offsets)
        if isCooperative {
            try KafkaError.check(rd_kafka_incremental_assign(client, list.pointer), "assign")
        } else {
            try KafkaError.check(rd_kafka_assign(client, list.pointer), "assign")
        }
    }

    private func unassign(
        _ partitions: [TopicPartition], _ client: OpaquePointer, _ isCooperative: Bool
    ) throws(KafkaError) {
        if isCooperative {
            let list = PartitionList(partitions)
            try KafkaError.check(rd_kafka_incremental_unassign(client, list.pointer), "unassign")
        } else {
            try KafkaError.check(rd_kafka_assign(client, nil), "unassign")
        }
    }

    private func askHandler(_ call: () throws -> Void) {
        do {
            try call()
        } catch {
            record(error)
        }
    }

    /// The first failure is the cause of those after it.
    private func record(_ error: any Error) {
        failure = failure ?? error
    }
}
