/// Which of a model's tensors are trained; all others stay as they are, bit for bit.
public enum TrainingMethod: String, Sendable, Codable, CaseIterable {
    /// All of them.
    case full
    /// The classifier alone.
    case head
    /// The biases, and the classifier.
    /// - Source: Ben Zaken, Ravfogel and Goldberg, "BitFit", 2021.
    case bitfit
    /// Low-rank updates of attention and feed-forward, and the classifier.
    /// - Source: Hu et al., "LoRA", 2021.
    case lora
    /// Bottlenecks after attention and feed-forward, and the classifier.
    /// - Source: Houlsby et al., 2019.
    case adapter
    /// Learned keys and values in every layer, and the classifier.
    /// - Source: Li and Liang, "Prefix-tuning", 2021.
    case prefix
    /// All of them by next-event prediction alone: makes a base for the others.
    case pretrain

    /// Whether it trains parts of a model that is there already, and is saved apart from it.
    public var needsBase: Bool { ![.full, .pretrain].contains(self) }
}
