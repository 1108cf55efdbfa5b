package import Sequences
package import Transformer

extension TokenBatch {
    /// Appends a chunk as one sequence, its context first.
    ///
    /// - Parameter key: what dropout draws from.
    package mutating func append(_ chunk: SequenceChunk, of sequences: EncodedSequences, key: UInt64 = 0) {
        beginSequence(key: key)
        let (numbers, fields) = (sequences.numbersPerToken, sequences.fieldsPerToken)
        sequences.numbers.withUnsafeBufferPointer { allNumbers in
            sequences.bins.withUnsafeBufferPointer { allBins in
                for token in chunk.tokens {
                    append(
                        numbers: UnsafeBufferPointer(rebasing: allNumbers[token * numbers..<(token + 1) * numbers]),
                        bins: UnsafeBufferPointer(rebasing: allBins[token * fields..<(token + 1) * fields]),
                        timeMilliseconds: sequences.times[token])
                }
            }
        }
    }
}
