internal import Kafka
internal import Transactions

/// Reads messages as `run` does; what `run` would send to the dead letters is nil here.
struct ReplayDecoder {
    private let transactions: PayloadDecoder
    private let labels: LabelDecoder

    init(schema: TransactionSchema, input: KafkaReplayInput) {
        transactions = PayloadDecoder(schema: schema, format: input.format, form: input.form, limits: input.limits)
        labels = LabelDecoder(schema: schema, form: .canonical, limits: input.limits)
    }

    func decode(_ message: KafkaMessage, isLabel: Bool) -> ReplayEvent.Payload? {
        let timestamp = message.timestampMilliseconds.map(EventTime.init(milliseconds:))
        do throws(EventFault) {
            guard isLabel else {
                let transaction = try transactions.decode(message.value, messageTimestamp: timestamp)
                return .transaction(transaction, isFraud: nil)
            }
            return .label(try labels.decode(message.value, messageTimestamp: timestamp))
        } catch {
            return nil
        }
    }
}
