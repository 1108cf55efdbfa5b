import ArgumentParser

/// Options that others of the same call leave without effect. They are refused: whoever gave one believes it has one.
enum IdleOptions {
    /// - Parameters:
    ///   - given: options by whether the call has them.
    ///   - other: what leaves them without effect.
    ///   - advice: what to do, beside leaving them out.
    /// - Throws: `ValidationError` naming those that were given.
    static func refuse(_ given: KeyValuePairs<String, Bool>, with other: String, advice: String = "") throws {
        let idle = given.filter(\.value).map(\.key)
        guard !idle.isEmpty else { return }
        let (have, them) = idle.count == 1 ? ("has", "it") : ("have", "them")
        throw ValidationError(
            "\(idle.joined(separator: ", ")) \(have) no effect with \(other): leave \(them) out\(advice)")
    }
}
