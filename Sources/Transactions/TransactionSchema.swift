/// How a team's own fields map to a `Transaction`: which are the id, user, time, amount, entities and features.
///
/// Read from a schema file (`Schemas/examples/*.yaml`), saved inside every model.
public struct TransactionSchema: Hashable, Sendable, Codable {
    /// The fields every transaction has, by their names in the source.
    public struct Fields: Hashable, Sendable, Codable {
        public var id: String
        public var user: String
        public var time: String
        public var amount: String

        public init(id: String, user: String, time: String, amount: String) {
            self.id = id
            self.user = user
            self.time = time
            self.amount = amount
        }
    }

    /// How the source writes times.
    public enum TimeFormat: String, Hashable, Sendable, Codable, CaseIterable {
        case iso8601
        case epochSeconds = "epoch_seconds"
        case epochMilliseconds = "epoch_milliseconds"
    }

    /// Something a transaction shares with other users' transactions.
    public struct Entity: Hashable, Sendable, Codable {
        public var name: String
        /// The field in the source.
        public var field: String
        /// Whether the model sees the entity's label history.
        public var risk: Bool

        public init(name: String, field: String, risk: Bool) {
            self.name = name
            self.field = field
            self.risk = risk
        }
    }

    /// One more thing the model sees of a transaction.
    public struct Feature: Hashable, Sendable, Codable {
        /// How the encoder treats the value.
        public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            /// A number with a robust scale.
            case number
            /// A number seen through a sign-preserving log(1 + |x|).
            case logNumber = "log_number"
            /// Text with a vocabulary fitted at training.
            case category
            /// Great-circle kilometres between two points: fields are lat, long, lat, long.
            case distance
        }

        public var name: String
        public var kind: Kind
        /// The fields in the source: one, or four for a distance.
        public var fields: [String]

        public init(name: String, kind: Kind, fields: [String]) {
            self.name = name
            self.kind = kind
            self.fields = fields
        }
    }

    /// Where labels stand in the source, for files that carry them beside the transactions.
    public struct LabelField: Hashable, Sendable, Codable {
        public var field: String
        /// The values that mean fraud.
        public var fraudValues: [String]

        public init(field: String, fraudValues: [String]) {
            self.field = field
            self.fraudValues = fraudValues
        }
    }

    public var name: String
    public var fields: Fields
    public var timeFormat: TimeFormat
    public var entities: [Entity]
    public var features: [Feature]
    public var label: LabelField?
    /// How long labels usually take to arrive, in milliseconds; windows of entity risk are set back by it.
    public var labelDelayMilliseconds: Int64
    /// What is known of entities is kept in buckets of this length: a divisor of a day, from a minute to an hour. An event
    /// reads buckets that are over, so what it reads is at most one bucket old.
    public var entityBucketMilliseconds: Int64

    /// One hour: that of schemas that name none.
    public static let defaultEntityBucketMilliseconds = EventTime.millisecondsPerHour

    public init(
        name: String, fields: Fields, timeFormat: TimeFormat = .iso8601, entities: [Entity] = [],
        features: [Feature] = [], label: LabelField? = nil,
        labelDelayMilliseconds: Int64 = 7 * EventTime.millisecondsPerDay,
        entityBucketMilliseconds: Int64 = TransactionSchema.defaultEntityBucketMilliseconds
    ) {
        self.name = name
        self.fields = fields
        self.timeFormat = timeFormat
        self.entities = entities
        self.features = features
        self.label = label
        self.labelDelayMilliseconds = labelDelayMilliseconds
        self.entityBucketMilliseconds = entityBucketMilliseconds
    }

    /// Models saved before buckets could be declared name none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            fields: try container.decode(Fields.self, forKey: .fields),
            timeFormat: try container.decode(TimeFormat.self, forKey: .timeFormat),
            entities: try container.decode([Entity].self, forKey: .entities),
            features: try container.decode([Feature].self, forKey: .features),
            label: try container.decodeIfPresent(LabelField.self, forKey: .label),
            labelDelayMilliseconds: try container.decode(Int64.self, forKey: .labelDelayMilliseconds),
            entityBucketMilliseconds: try container.decodeIfPresent(Int64.self, forKey: .entityBucketMilliseconds)
                ?? Self.defaultEntityBucketMilliseconds)
    }
}
