extension TransformerConfiguration {
    /// Checks the bins of packed tokens, (N, fields): the kernels index tables by them.
    func check(bins: [UInt16]) throws(TransformerError) {
        let fields = binCounts.count
        guard fields > 0 else { return }
        let bad = bins.withUnsafeBufferPointer { bins in
            binCounts.withUnsafeBufferPointer { counts -> Int? in
                var index = 0
                while index < bins.count {
                    for field in 0..<fields where Int(bins[index + field]) >= counts[field] { return index + field }
                    index += fields
                }
                return nil
            }
        }
        guard let bad else { return }
        throw TransformerError(
            "token \(bad / fields): bin \(bins[bad]) of field \(bad % fields), which has \(binCounts[bad % fields])")
    }
}
