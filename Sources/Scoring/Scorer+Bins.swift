internal import Sequences

extension Scorer {
    /// The bins of the raw features of an event of the batch just scored; one a field.
    package func bins(ofEvent index: Int) -> [UInt16] {
        loadRaw(ofEvent: index)
        return binsOfNewest()
    }

    /// The bins of the raw features extracted last, as `absorb` leaves them.
    package func binsOfNewest() -> [UInt16] {
        encoding.encode(raw, numbers: &numbers, bins: &bins)
        return bins
    }
}
