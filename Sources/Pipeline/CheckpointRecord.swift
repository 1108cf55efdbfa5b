internal import Sequences

/// A user's state in the sequences topic: key = pseudonym, value = this.
///
/// Layout: version (1 byte), the newest offset held (8, little endian), the history's length (8), `UserHistory.encoded`,
/// `UserProfile.encoded`, checksum of all before (8). Version 1 had neither the length nor the profile.
struct CheckpointRecord: Equatable {
    static let version: UInt8 = 2

    /// The newest input offset that the history holds.
    var offset: Int64
    /// `UserHistory.encoded(layout:)`
    var history: [UInt8]
    /// `UserProfile.encoded()`; empty in records of version 1.
    var profile: [UInt8]

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = [Self.version]
        bytes.reserveCapacity(history.count + profile.count + 25)
        bytes.append(littleEndian: UInt64(bitPattern: offset))
        bytes.append(littleEndian: UInt64(history.count))
        bytes.append(contentsOf: history)
        bytes.append(contentsOf: profile)
        bytes.appendChecksum()
        return bytes
    }

    init(offset: Int64, history: [UInt8], profile: [UInt8] = []) {
        self.offset = offset
        self.history = history
        self.profile = profile
    }

    /// - Throws: `RecordFault` saying what is wrong with the bytes.
    init(decoding bytes: UnsafeRawBufferPointer) throws(RecordFault) {
        let isFirstVersion = bytes.first == 1
        let body = try bytes.checked(
            version: isFirstVersion ? 1 : Self.version, minimumCount: isFirstVersion ? 17 : 25)
        offset = Int64(bitPattern: body.littleEndianUInt64(at: 1))
        guard !isFirstVersion else {
            (history, profile) = (Array(body[9...]), [])
            return
        }
        let rest = body[17...]
        guard let count = Int(exactly: body.littleEndianUInt64(at: 9)), count <= rest.count else {
            throw RecordFault(description: "a history longer than the record")
        }
        (history, profile) = (Array(rest.prefix(count)), Array(rest.dropFirst(count)))
    }
}

/// A checkpoint record that cannot be trusted.
struct RecordFault: Error, Hashable, CustomStringConvertible {
    var description: String
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
    func checked(version: UInt8, minimumCount: Int) throws(RecordFault) -> UnsafeRawBufferPointer {
        guard count >= minimumCount else {
            throw RecordFault(description: "\(count) bytes, at least \(minimumCount) expected")
        }
        guard self[0] == version else {
            throw RecordFault(description: "version \(self[0]), \(version) expected")
        }
        let body = UnsafeRawBufferPointer(rebasing: self[..<(count - 8)])
        guard StableHash.bytes(body) == littleEndianUInt64(at: count - 8) else {
            throw RecordFault(description: "checksum does not match")
        }
        return body
    }

    func littleEndianUInt64(at position: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
}
