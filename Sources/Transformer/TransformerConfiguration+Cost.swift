extension TransformerConfiguration {
    /// Multiply-adds of scoring one token whose window is full: dense layers and attention over W cached tokens.
    public var multiplyAddsPerToken: Int {
        let dense = 4 * width * width + 2 * width * feedForward
        return numbers * width + layers * (dense + 2 * window * width) + width
    }
}
