/// A type of an Avro schema; others are meant by their place in `AvroTypes`.
struct AvroType: Sendable {
    enum Kind: Sendable {
        case null, boolean, int, long, float, double, bytes, string
        case fixed(Int)
        case symbols([String])
        case array(Int)
        case map(Int)
        case union([Int])
        case record([(name: String, type: Int)])
    }

    /// What a plain type stands for.
    enum Meaning: Equatable, Sendable {
        case itself
        /// Whole numbers over ten to the power of the scale.
        case decimal(scale: Int)
        /// So many to a millisecond.
        case timestamp(Int64)
        case uuid
    }

    var kind: Kind
    var meaning = Meaning.itself
}
