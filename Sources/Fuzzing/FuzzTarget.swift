import ArgumentParser
import Transactions

/// What can be fuzzed.
enum FuzzTarget: String, CaseIterable, ExpressibleByArgument {
    /// Canonical JSON of transactions, transactions under the source's own names, labels.
    case transactions, mapped, labels
    /// Transactions in the framing of a schema registry.
    case avro, protobuf
    /// Files a person writes.
    case schema, rules
    /// Conditions of rules: checked, compiled and evaluated.
    case cel
    /// Records of the sequences and entities topics, with checksums made right again.
    case checkpoint, entities
    case safetensors

    /// What reads the inputs, and where they start from.
    func subject() throws -> FuzzSubject {
        switch self {
        case .transactions: .transactions(form: .canonical)
        case .mapped: .transactions(form: .mapped)
        case .labels: .labels()
        case .avro: try .events("avro")
        case .protobuf: try .events("protobuf")
        case .schema: .schema()
        case .rules: .rules()
        case .cel: try .cel()
        case .checkpoint: .checkpoint()
        case .entities: .entities()
        case .safetensors: .safetensors()
        }
    }
}
