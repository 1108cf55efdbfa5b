import ArgumentParser
import Transformer

/// How the scorer holds what it has computed of users.
struct CacheOptions: ParsableArguments {
    @Option(help: "Cached keys and values: float32, bf16 or int8.")
    var cachePrecision = CachePrecision.standard
}
