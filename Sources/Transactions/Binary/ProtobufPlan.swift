/// How the messages are read that hold mapped fields; all else is passed over by its wire type.
struct ProtobufPlan {
    enum Scalar {
        case double, float
        case int32, int64, uint32, uint64, sint32, sint64
        case fixed32, fixed64, sfixed32, sfixed64
        case bool, string, bytes
        case symbols([Int32: String])
    }

    enum Action {
        case value(Scalar, field: Int)
        /// `google.protobuf.Timestamp`.
        case timestamp(field: Int)
        /// Another message, by its place in `messages`.
        case enter(Int)
    }

    struct Message {
        var actions: [(number: UInt64, action: Action)] = []
        /// Fields without presence: what is not there is zero, empty or the first symbol.
        var defaults: [(field: Int, value: ScalarValue)] = []

        func action(_ number: UInt64) -> Action? { actions.first { $0.number == number }?.action }
    }

    /// The first is the outermost.
    var messages: [Message] = []
    /// Where the outermost message stands in its file, as the framing says it.
    var indexes: [Int64] = []
}
