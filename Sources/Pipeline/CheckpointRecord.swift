package import Sequences

/// A user's state in the sequences topic: key = pseudonym, value = this.
///
/// Layout: version (1 byte), the newest offset held (8, little endian), `FeatureExtractor.packedLayout` (8), the history's
/// length (4), the packed history, `UserProfile.encoded`, XXH64 of all before (8): what is installed is what was written.
package struct CheckpointRecord: Equatable {
    static let version: UInt8 = 3
    private static let headerCount = 21

    /// The newest input offset that the history holds.
    package var offset: Int64
    package var history: PackedHistory
    /// `UserProfile.encoded()`; empty in records of version 1.
    package var profile: [UInt8]

    package init(offset: Int64, history: PackedHistory, profile: [UInt8] = []) {
        self.offset = offset
        self.history = history
        self.profile = profile
    }

    /// - Parameter layout: `FeatureExtractor.packedLayout` of what made the history.
    package func encoded(layout: UInt64) -> [UInt8] {
        let count = Self.headerCount + history.byteCount + profile.count + 8
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            bytes[0] = Self.version
            bytes.storeBytes(of: offset.littleEndian, toByteOffset: 1, as: Int64.self)
            bytes.storeBytes(of: layout.littleEndian, toByteOffset: 9, as: UInt64.self)
            bytes.storeBytes(of: UInt32(history.byteCount).littleEndian, toByteOffset: 17, as: UInt32.self)
            history.withBytes {
                UnsafeMutableRawBufferPointer(rebasing: bytes[Self.headerCount...]).copyMemory(from: $0)
            }
            UnsafeMutableRawBufferPointer(rebasing: bytes[(count - 8 - profile.count)...]).copyBytes(from: profile)
            let sum = XXHash64.hash(UnsafeRawBufferPointer(rebasing: bytes[..<(count - 8)]))
            bytes.storeBytes(of: sum.littleEndian, toByteOffset: count - 8, as: UInt64.self)
            initialized = count
        }
    }

    /// Reads a record of this or a former version.
    ///
    /// - Parameter capacity: tokens to keep of a history of a former version.
    /// - Throws: `RecordFault` or `StateFault` saying what is wrong with the bytes.
    package init(decoding bytes: UnsafeRawBufferPointer, extractor: FeatureExtractor, capacity: Int) throws {
        guard bytes.first == Self.version else {
            self = try Self.former(bytes, extractor: extractor, capacity: capacity)
            return
        }
        let body = try bytes.checked(
            version: Self.version, minimumCount: Self.headerCount + 8, by: XXHash64.hash)
        guard body.littleEndianUInt64(at: 9) == extractor.packedLayout else {
            throw StateFault(.layout, offset: 9, "the history was made with other features, or another logarithm")
        }
        let rest = body[Self.headerCount...]
        let length = Int(UInt32(littleEndian: body.loadUnaligned(fromByteOffset: 17, as: UInt32.self)))
        guard length <= rest.count else { throw RecordFault(description: "a history longer than the record") }
        offset = Int64(bitPattern: body.littleEndianUInt64(at: 1))
        history = try PackedHistory(
            validating: UnsafeRawBufferPointer(rebasing: rest.prefix(length)), rawCount: extractor.rawCount)
        profile = Array(rest.dropFirst(length))
    }

    /// Version 2: version (1 byte), offset (8), the history's length (8), `UserHistory.encoded`, `UserProfile.encoded`,
    /// `StableHash` of all before (8). Version 1 had neither the length nor the profile.
    private static func former(
        _ bytes: UnsafeRawBufferPointer, extractor: FeatureExtractor, capacity: Int
    ) throws -> CheckpointRecord {
        let isFirst = bytes.first == 1
        guard isFirst || bytes.first == 2 else {
            throw RecordFault(description: "version \(bytes.first.map { "\($0)" } ?? "none"), 1 to \(version) expected")
        }
        let body = try bytes.checked(
            version: isFirst ? 1 : 2, minimumCount: isFirst ? 17 : 25, by: StableHash.bytes)
        let rest = body[(isFirst ? 9 : 17)...]
        let stated = isFirst ? rest.count : Int(exactly: body.littleEndianUInt64(at: 9))
        guard let count = stated, count <= rest.count else {
            throw RecordFault(description: "a history longer than the record")
        }
        let history = try UserHistory(
            decoding: UnsafeRawBufferPointer(rebasing: rest.prefix(count)), layout: extractor.layout,
            rawCount: extractor.rawCount, capacity: capacity)
        return CheckpointRecord(
            offset: Int64(bitPattern: body.littleEndianUInt64(at: 1)), history: PackedHistory(history),
            profile: Array(rest.dropFirst(count)))
    }
}

/// A checkpoint record that cannot be trusted.
package struct RecordFault: Error, Hashable, CustomStringConvertible {
    package var description: String
}

extension [UInt8] {
    mutating func append(littleEndian value: UInt64) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends the stable hash of everything so far.
    mutating func appendChecksum() {
        append(littleEndian: withUnsafeBytes { StableHash.bytes($0) })
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes without their checksum, once version and checksum are found right.
    func checked(
        version: UInt8, minimumCount: Int, by hash: (UnsafeRawBufferPointer) -> UInt64 = StableHash.bytes
    ) throws(RecordFault) -> UnsafeRawBufferPointer {
        guard count >= minimumCount else {
            throw RecordFault(description: "\(count) bytes, at least \(minimumCount) expected")
        }
        guard self[0] == version else {
            throw RecordFault(description: "version \(self[0]), \(version) expected")
        }
        let body = UnsafeRawBufferPointer(rebasing: self[..<(count - 8)])
        guard hash(body) == littleEndianUInt64(at: count - 8) else {
            throw RecordFault(description: "checksum does not match")
        }
        return body
    }

    func littleEndianUInt64(at position: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
}
