/// How events are written in JSON.
public enum EventForm: String, Hashable, Sendable, Codable, CaseIterable {
    /// vigil's own form, as in `Schemas/json`.
    case canonical
    /// A flat object with the source's own field names, as the schema file maps them.
    case mapped
}
