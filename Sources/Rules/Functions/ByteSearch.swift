/// Looks for one string's UTF-8 in another's; UTF-8 is self-synchronising, so matches begin and end between code points.
enum ByteSearch {
    /// The offset in bytes of the first occurrence, if there is one.
    static func first(of part: String, in text: String) -> Int? {
        withBytes(text) { text in withBytes(part) { first(of: $0, in: text) } }
    }

    static func first(of part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard part.count <= text.count else { return nil }
        guard let head = part.first else { return 0 }
        for start in 0...text.count - part.count where text[start] == head {
            if matches(part, text, at: start) { return start }
        }
        return nil
    }

    private static func matches(
        _ part: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> Bool {
        for offset in 0..<part.count where text[start + offset] != part[offset] { return false }
        return true
    }

    static func withBytes<Result>(_ string: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = string.utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(string.utf8).withUnsafeBufferPointer(body)
    }
}
