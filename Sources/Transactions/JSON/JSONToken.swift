/// The next value in a JSON text: a scalar read whole, or the kind of a container whose members come next.
enum JSONToken {
    case string(JSONText)
    case number(JSONNumber)
    case boolean(Bool)
    case null
    /// `NaN`, `Infinity` and `-Infinity`: not JSON, but what several libraries write.
    case notFinite(isNaN: Bool)
    case object
    case array
}
