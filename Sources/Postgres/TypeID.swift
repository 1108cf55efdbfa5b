/// Object identifiers of PostgreSQL's built-in types; they never change.
///
/// - Source: PostgreSQL `src/include/catalog/pg_type.dat`.
enum TypeID {
    static let bool: UInt32 = 16
    static let bytes: UInt32 = 17
    static let int64: UInt32 = 20
    static let int16: UInt32 = 21
    static let int32: UInt32 = 23
    static let text: UInt32 = 25
    static let objectID: UInt32 = 26
    static let float: UInt32 = 700
    static let double: UInt32 = 701
    static let timestamp: UInt32 = 1184
    static let numeric: UInt32 = 1700
    static let uuid: UInt32 = 2950
    static let json: UInt32 = 3802

    /// The type of an array of `element`.
    static func array(of element: UInt32) -> UInt32 {
        switch element {
        case bool: 1000
        case bytes: 1001
        case int32: 1007
        case int64: 1016
        case float: 1021
        case double: 1022
        case timestamp: 1185
        case uuid: 2951
        case json: 3807
        default: 1009  // text
        }
    }
}
