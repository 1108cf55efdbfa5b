/// Another classifier on a model's trunk: all that an adapter of the classifier alone differs in. Immutable.
public final class ClassifierHead: Sendable {
    /// (d)
    private let weights: FloatBuffer
    let bias: Float

    var base: UnsafePointer<Float> { UnsafePointer(weights.base) }

    /// nil where the two models differ in more than the classifier, to the bit.
    ///
    /// - Parameters:
    ///   - parameters: of the model whose classifier it is.
    ///   - base: of the model whose trunk it reads; both of the same configuration.
    public init?(_ parameters: Parameters, on base: Parameters) {
        guard parameters.table == base.table else { return nil }
        for entry in base.table.entries where !entry.name.hasPrefix("classifier.") {
            let isEqual = zip(parameters[entry], base[entry]).allSatisfy { $0.bitPattern == $1.bitPattern }
            guard isEqual else { return nil }
        }
        guard let own = parameters["classifier.weight"] else { return nil }
        weights = FloatBuffer(count: own.count.paddedToVector)
        _ = weights.values.update(fromContentsOf: own)
        bias = parameters["classifier.bias"]?.first ?? 0
    }
}
