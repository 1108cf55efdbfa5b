internal import Transformer

/// Makes inputs from valid ones: a few changes each, drawn from a seed and the input's number.
struct Mutator {
    let corpus: [[UInt8]]
    /// Words of the format, put in whole.
    let dictionary: [[UInt8]]
    private var random = SplitMix64(seed: 0)
    private static let edges: [UInt64] = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0x8000_0000, .max >> 1, 1 << 63, .max]

    init(corpus: [[UInt8]], dictionary: [[UInt8]]) {
        self.corpus = corpus
        self.dictionary = dictionary
    }

    /// The same for the same seed and number, whatever came before.
    mutating func input(seed: UInt64, number: Int) -> [UInt8] {
        random = SplitMix64(seed: seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(truncatingIfNeeded: number))
        var bytes = corpus[below(corpus.count)]
        for _ in 0..<1 + below(5) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let position = below(bytes.count + 1)
        let end = min(bytes.count, position + below(16))
        switch below(10) {
        case 0 where position < bytes.count: bytes[position] ^= 1 << UInt8(below(8))
        case 1 where position < bytes.count: bytes[position] = UInt8(below(256))
        case 2: bytes.insert(UInt8(below(256)), at: position)
        case 3: bytes.removeSubrange(position..<end)
        case 4: bytes.insert(contentsOf: bytes[position..<end], at: position)
        case 5 where below(4) == 0: bytes.removeSubrange(position...)
        case 6: bytes.replaceSubrange(position..<end, with: repeatElement(UInt8(below(256)), count: below(64)))
        case 7: putNumber(in: &bytes, at: position)
        case 8: splice(&bytes, at: position)
        default:
            guard !dictionary.isEmpty else { return }
            bytes.insert(contentsOf: dictionary[below(dictionary.count)], at: position)
        }
    }

    private mutating func putNumber(in bytes: inout [UInt8], at position: Int) {
        let value = Self.edges[below(Self.edges.count)]
        for index in 0..<(1 << below(4)) where position + index < bytes.count {
            bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
        }
    }

    private mutating func splice(_ bytes: inout [UInt8], at position: Int) {
        let other = corpus[below(corpus.count)]
        let start = below(other.count + 1)
        bytes.insert(contentsOf: other[start..<min(other.count, start + below(48))], at: position)
    }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
}

extension SplitMix64 {
    /// Less than the bound; 0 where that is not positive.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
