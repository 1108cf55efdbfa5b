/// One value of a binary message, before it is known what it is read for.
enum ScalarValue {
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case boolean(Bool)
    /// Said to be UTF-8, not checked yet.
    case bytes(UnsafeRawBufferPointer)
    case text(String)
    /// A moment whose unit the message's own schema gives.
    case time(EventTime)
}
