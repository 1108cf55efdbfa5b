/// A 95 % interval: from the 2.5 % to the 97.5 % quantile of the resamples. An array of two in JSON.
public struct Interval: Hashable, Sendable, Codable {
    public var low: Double
    public var high: Double

    /// nil where no sample is a number.
    init?(samples: [Double]) {
        let sorted = samples.filter { !$0.isNaN }.sorted()
        guard let low = Quantile.of(sorted, 0.025), let high = Quantile.of(sorted, 0.975) else { return nil }
        self.low = low
        self.high = high
    }

    /// Whether all of it lies on one side of zero.
    public var excludesZero: Bool { low > 0 || high < 0 }

    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        low = try container.decode(Double.self)
        high = try container.decode(Double.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(low)
        try container.encode(high)
    }
}
