/// How features and scores were distributed before the span and in it, for the population stability index.
public struct ReplayDrift: Sendable {
    /// One raw feature, counted in the champion's own bins.
    public struct Feature: Sendable {
        public var name: String
        /// (bins) events of the warm-up; bin 0 is a missing value.
        public package(set) var before: [Int]
        /// (bins) events of the span.
        public package(set) var during: [Int]
    }

    /// In the order of the encoder's fields; counted on every sixteenth event.
    public package(set) var features: [Feature] = []
    /// The champion's model scores of the last part of the warm-up, as long as the span at most; empty where nothing lay before it.
    public package(set) var scoresBefore: [Float] = []

    package init() {}
}
