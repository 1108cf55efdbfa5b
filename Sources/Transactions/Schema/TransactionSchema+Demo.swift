extension TransactionSchema {
    /// The schema of simulated transactions; `Schemas/examples/demo.yaml` says the same.
    public static let demo = TransactionSchema(
        name: "demo",
        fields: Fields(id: "transaction_id", user: "user_id", time: "time", amount: "amount"),
        entities: [
            Entity(name: "terminal", field: "terminal_id", risk: true),
            Entity(name: "merchant", field: "merchant_id", risk: false),
            Entity(name: "device", field: "device_id", risk: true),
        ],
        features: [
            Feature(name: "category", kind: .category, fields: ["category"]),
            Feature(name: "channel", kind: .category, fields: ["channel"]),
            Feature(name: "country", kind: .category, fields: ["country"]),
            Feature(name: "distance_km", kind: .logNumber, fields: ["distance_km"]),
        ],
        label: LabelField(field: "fraud", fraudValues: ["1"]),
        labelDelayMilliseconds: 3 * EventTime.millisecondsPerDay)
}
