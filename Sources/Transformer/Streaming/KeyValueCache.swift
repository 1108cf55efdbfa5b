/// A user's cached keys and values in a `KeyValueStore`: a handle.
public struct KeyValueCache: Sendable, Hashable {
    let index: Int32
}
