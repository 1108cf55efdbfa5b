internal import Kafka
internal import Transactions

/// Turns messages of the input topics into events; what cannot be read becomes a fault with the original bytes.
struct EventDecoder {
    private let transactions: PayloadDecoder
    private let labels: LabelDecoder

    init(schema: TransactionSchema, format: EventFormat, form: EventForm, limits: EventLimits) {
        transactions = PayloadDecoder(schema: schema, format: format, form: form, limits: limits)
        labels = LabelDecoder(schema: schema, form: .canonical, limits: limits)
    }

    /// The decoding of one kind of input.
    func decode(for kind: InputKind) -> (KafkaMessage) -> IncomingEvent {
        switch kind {
        case .transactions:
            event { (value, timestamp) throws(EventFault) in
                .transaction(try transactions.decode(value, messageTimestamp: timestamp))
            }
        case .labels:
            event { (value, timestamp) throws(EventFault) in
                .label(try labels.decode(value, messageTimestamp: timestamp))
            }
        }
    }

    private func event(
        _ decode: @escaping (UnsafeRawBufferPointer?, EventTime?) throws(EventFault) -> IncomingEvent.Payload
    ) -> (KafkaMessage) -> IncomingEvent {
        { message in
            let timestamp = message.timestampMilliseconds
            do throws(EventFault) {
                let payload = try decode(message.value, timestamp.map(EventTime.init(milliseconds:)))
                return IncomingEvent(offset: message.offset, payload: payload)
            } catch {
                return IncomingEvent(offset: message.offset, payload: .fault(error, original: OriginalRecord(message)))
            }
        }
    }
}

extension OriginalRecord {
    /// A copy of the message's bytes.
    init(_ message: KafkaMessage) {
        self.init(
            key: message.key.map { Array($0) }, value: message.value.map { Array($0) },
            timestamp: message.timestampMilliseconds)
    }
}
