import CKernels

extension Workspace {
    /// Makes the step by which the last backward pass's loss rises fastest: each sequence's embeddings along their derivative,
    /// `radius` far. The next `forward(…, perturbed: true)` of the same batch takes it.
    ///
    /// - Source: the fast gradient method of Miyato, Dai and Goodfellow, 2017, equation 5.
    public func perturb(_ batch: TokenBatch, radius: Float) {
        precondition(batch.count == tokens, "not the batch of the last pass")
        let d = configuration.width
        for sequence in 0..<batch.sequenceCount {
            let places = batch.tokens(of: sequence).lowerBound * d..<batch.tokens(of: sequence).upperBound * d
            let norm = places.reduce(Float(0)) { $0 + buffers.stream[$1] * buffers.stream[$1] }.squareRoot()
            let factor = norm > 0 ? radius / norm : 0
            for place in places { buffers.perturbation[place] = factor * buffers.stream[place] }
        }
    }

    /// Adds the step to the embeddings.
    func addPerturbation() {
        Kernels.best.bias_add(buffers.layers[0].input, buffers.perturbation, 1, tokens * configuration.width)
    }
}
