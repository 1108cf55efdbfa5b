internal import Transformer

extension Model {
    /// Tokens kept a user: what an exact restart of all layers needs, L·(W−1)+1.
    public var historyLength: Int { configuration.historyLength }
}
