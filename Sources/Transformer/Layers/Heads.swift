import CKernels

/// The last norm and what is read from it: the fraud logit w·x + b and one linear layer per next-event target.
struct Heads: Sendable {
    let norm: LayerNorm
    let classifier: Linear
    let pretraining: [Linear]

    init(_ configuration: TransformerConfiguration, in table: TensorTable) {
        let d = configuration.width
        norm = LayerNorm("norm", in: table, width: d)
        classifier = Linear("classifier", in: table, inputs: d, outputs: 1)
        pretraining = configuration.pretrainingClasses.enumerated().map {
            Linear("pretraining.\($0)", in: table, inputs: d, outputs: $1)
        }
    }

    /// Fills the workspace's logits: (N), and (N, classes) a pretraining head.
    func forward(_ outputs: Outputs, _ parameters: Parameters, _ workspace: Workspace) {
        let b = workspace.buffers
        let n = workspace.tokens
        let p = parameters.base
        norm.forward(b.output, parameters, into: b.normal, statistics: b.statistics, rows: n)
        if outputs.contains(.classifier) {
            Kernels.best.dot_rows(b.normal, p + classifier.weight, p[classifier.bias], b.logits, n, norm.width)
        }
        if outputs.contains(.pretraining) {
            for (head, logits) in zip(pretraining, b.pretrainingLogits) {
                head.forward(b.normal, parameters, into: logits, rows: n)
                Kernels.best.bias_add(logits, p + head.bias, n, head.outputs)
            }
        }
    }

    /// The logits hold their derivatives; `stream` (N, d) gets the derivative by the last block's output.
    func backward(_ outputs: Outputs, _ parameters: Parameters, _ workspace: Workspace, into gradients: Parameters) {
        let b = workspace.buffers
        let n = workspace.tokens
        let d = norm.width
        let g = gradients.base
        b.narrow.update(repeating: 0, count: n * d)
        if outputs.contains(.classifier) {
            Kernels.best.dot_rows_backward(
                b.logits, b.normal, parameters.base + classifier.weight, b.narrow, g + classifier.weight, n, d)
            g[classifier.bias] += workspace.logits.reduce(0, +)
        }
        if outputs.contains(.pretraining) {
            for (head, logits) in zip(pretraining, b.pretrainingLogits) {
                head.backward(
                    logits, x: b.normal, parameters, gradients, into: b.narrow, rows: n, accumulate: true)
            }
        }
        b.stream.update(repeating: 0, count: n * d)
        norm.backward(
            b.narrow, x: b.output, statistics: b.statistics, parameters, gradients, addingTo: b.stream, rows: n)
    }
}
