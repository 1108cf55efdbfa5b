internal import CLibPQ

/// A statement's parameters laid out as libpq takes them.
struct ParameterBuffer {
    private(set) var types: [UInt32] = []
    private var bytes: [UInt8] = []
    private var starts: [Int?] = []
    private var lengths: [Int32] = []

    init(_ values: [PostgresValue]) throws(PostgresError) {
        for value in values {
            let start = bytes.count
            let present = try value.append(to: &bytes)
            types.append(value.typeID)
            starts.append(present ? start : nil)
            lengths.append(Int32(truncatingIfNeeded: bytes.count - start))
        }
        bytes.append(0)  // an empty last value still needs an address
        guard bytes.count <= Int(Int32.max) else {
            throw PostgresError(sqlState: "54000", message: "the parameters exceed 2 GiB", operation: "bind")
        }
    }

    /// Calls `body` with pointers that are good only inside it.
    func withPointers<Answer>(
        _ body: (
            _ count: Int32, _ types: UnsafePointer<UInt32>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
            _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
        ) -> Answer
    ) -> Answer {
        bytes.withUnsafeBytes { raw in
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = starts.map { start in start.flatMap { base?.advanced(by: $0) } }
            let formats = [Int32](repeating: 1, count: types.count)  // 1: binary
            return body(Int32(types.count), types, values, lengths, formats)
        }
    }
}
