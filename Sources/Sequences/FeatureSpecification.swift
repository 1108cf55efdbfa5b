/// One raw feature: its name, how the model treats it, how an analyst reads it.
public struct FeatureSpecification: Hashable, Sendable, Codable {
    /// What the raw value is.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// The bit pattern of a `Float`; NaN is missing.
        case number
        /// `StableHash.category`; 0 is missing.
        case category
    }

    /// What the encoder does to a number before scaling it.
    public enum Transform: String, Hashable, Sendable, Codable {
        case identity
        /// sign(x) · log(1 + |x|).
        case signedLog = "signed_log"
    }

    /// How a raw number is written for an analyst.
    public enum Unit: String, Hashable, Sendable, Codable {
        case plain
        case amount
        case seconds
        case hourOfDay = "hour_of_day"
        case weekday
        /// The natural logarithm of a ratio.
        case logRatio = "log_ratio"
        case deviations
        case count
        case share
        case flag
        case days
        case kilometres
    }

    public var name: String
    public var kind: Kind
    public var transform: Transform
    public var unit: Unit

    public init(name: String, kind: Kind = .number, transform: Transform = .identity, unit: Unit = .plain) {
        self.name = name
        self.kind = kind
        self.transform = transform
        self.unit = unit
    }
}
