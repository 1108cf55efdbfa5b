#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A string compared byte by byte: two spellings of one grapheme are different strings here.
///
/// What users and entities are told apart by, wherever their ids are keys: Swift's own strings are equal where they are
/// canonically equivalent, the topics' partitions, hashes and pseudonyms only where their bytes are.
public struct Text: Hashable, Sendable {
    public let string: String

    @inlinable
    public init(_ string: String) {
        self.string = string
    }

    @inlinable
    public static func == (left: Text, right: Text) -> Bool {
        equal(left.string, right.string)
    }

    public func hash(into hasher: inout Hasher) {
        var copy = string
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Whether two strings have the same code points.
    @inlinable
    public static func equal(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && order(left, right) == 0
    }

    /// Below, at or above zero as `left` sorts before, with or after `right` by code points; UTF-8 sorts as they do.
    public static func order(_ left: String, _ right: String) -> Int {
        let fast = left.utf8.withContiguousStorageIfAvailable { leftBytes in
            right.utf8.withContiguousStorageIfAvailable { rightBytes in order(leftBytes, rightBytes) }
        }
        if let fast, let fast { return fast }
        return Array(left.utf8).withUnsafeBufferPointer { leftBytes in
            Array(right.utf8).withUnsafeBufferPointer { order(leftBytes, $0) }
        }
    }

    /// As `order(_:_:)`, of bytes.
    public static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
        let count = min(left.count, right.count)
        if count > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
            let result = memcmp(leftBase, rightBase, count)
            if result != 0 { return Int(result) }
        }
        return left.count - right.count
    }
}
