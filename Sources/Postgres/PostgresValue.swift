/// A typed value bound to a parameter (`$1`) or written by COPY; nil is NULL of that type.
///
/// Values travel in PostgreSQL's binary format, so nothing in them is ever read as SQL.
public enum PostgresValue: Hashable, Sendable {
    case bool(Bool?)
    case int32(Int32?)
    case int64(Int64?)
    case float(Float?)
    case double(Double?)
    /// The server refuses U+0000 in text (code 22021); see `storable(_:)`.
    case text(String?)
    case bytes([UInt8]?)
    /// 32 hexadecimal digits, hyphens where you like.
    case uuid(String?)
    /// `timestamptz`, milliseconds since the Unix epoch.
    case timestamp(milliseconds: Int64?)
    /// `jsonb` from a JSON text; the server refuses `\u0000` in it (code 22P05).
    case json(String?)

    case bools([Bool?])
    case int32s([Int32?])
    case int64s([Int64?])
    case floats([Float?])
    case doubles([Double?])
    case texts([String?])
    case uuids([String?])
    case timestamps(milliseconds: [Int64?])
    case jsons([String?])

    /// `text` with U+0000, which PostgreSQL cannot hold, replaced by U+FFFD.
    public static func storable(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }

    /// What the server is told the parameter is.
    var typeID: UInt32 {
        switch self {
        case .bool: TypeID.bool
        case .int32: TypeID.int32
        case .int64: TypeID.int64
        case .float: TypeID.float
        case .double: TypeID.double
        case .text: TypeID.text
        case .bytes: TypeID.bytes
        case .uuid: TypeID.uuid
        case .timestamp: TypeID.timestamp
        case .json: TypeID.json
        case .bools: TypeID.array(of: TypeID.bool)
        case .int32s: TypeID.array(of: TypeID.int32)
        case .int64s: TypeID.array(of: TypeID.int64)
        case .floats: TypeID.array(of: TypeID.float)
        case .doubles: TypeID.array(of: TypeID.double)
        case .texts: TypeID.array(of: TypeID.text)
        case .uuids: TypeID.array(of: TypeID.uuid)
        case .timestamps: TypeID.array(of: TypeID.timestamp)
        case .jsons: TypeID.array(of: TypeID.json)
        }
    }
}
