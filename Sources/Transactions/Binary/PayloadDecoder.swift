/// Reads transactions in whichever format the topic has them.
public enum PayloadDecoder: Sendable {
    case json(TransactionDecoder)
    case avro(AvroDecoder)
    case protobuf(ProtobufDecoder)

    /// - Parameters:
    ///   - schema: the model's.
    ///   - format: how messages are written.
    ///   - form: of JSON.
    public init(schema: TransactionSchema, format: EventFormat, form: EventForm, limits: EventLimits = EventLimits()) {
        switch format.kind {
        case .json: self = .json(TransactionDecoder(schema: format.schema ?? schema, form: form, limits: limits))
        case .avro(var decoder):
            decoder.limits = limits
            self = .avro(decoder)
        case .protobuf(var decoder):
            decoder.limits = limits
            self = .protobuf(decoder)
        }
    }

    /// - Parameters:
    ///   - payload: the message's value; nil for a tombstone.
    ///   - messageTimestamp: what the event's time is held against; nil or not positive if there is none.
    @inline(__always)
    public func decode(
        _ payload: UnsafeRawBufferPointer?, messageTimestamp: EventTime?
    ) throws(EventFault) -> Transaction {
        switch self {
        case .json(let decoder): try decoder.decode(payload, messageTimestamp: messageTimestamp)
        case .avro(let decoder): try decoder.decode(payload, messageTimestamp: messageTimestamp)
        case .protobuf(let decoder): try decoder.decode(payload, messageTimestamp: messageTimestamp)
        }
    }

    /// As above, from an array.
    public func decode(_ payload: [UInt8], messageTimestamp: EventTime?) throws(EventFault) -> Transaction {
        try payload.span.withUnsafeBytes { (bytes) throws(EventFault) in
            try decode(bytes, messageTimestamp: messageTimestamp)
        }
    }
}
