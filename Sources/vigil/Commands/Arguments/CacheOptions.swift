import ArgumentParser
import Transformer

/// How the scorer holds what it has computed of users.
struct CacheOptions: ParsableArguments {
    @Option(help: "Cached keys and values: float32, bf16 or int8.")
    var cachePrecision: String = CachePrecision.standard.rawValue

    /// The precision named.
    var precision: CachePrecision { CachePrecision(rawValue: cachePrecision) ?? .standard }

    func validate() throws {
        guard CachePrecision(rawValue: cachePrecision) != nil else {
            throw ValidationError("--cache-precision must be one of float32, bf16, int8")
        }
    }
}
