import CKernels

/// A bottleneck after a branch: h + Wu · gelu(Wd · h + bd) + bu.
struct Bottleneck: Sendable {
    let down: Linear
    let up: Linear

    /// Nil where the model has none.
    init?(_ name: String, _ configuration: TransformerConfiguration, in table: TensorTable) {
        guard let width = configuration.adapter?.bottleneckWidth, width > 0 else { return nil }
        let d = configuration.width
        down = Linear("\(name).down", in: table, inputs: d, outputs: width)
        up = Linear("\(name).up", in: table, inputs: width, outputs: d)
    }

    /// h (N, d), so far without the branch's `bias`, becomes the bottleneck's output without its own bias bu.
    func forward(
        _ h: UnsafeMutablePointer<Float>, bias: Int, _ parameters: Parameters, keeping saved: Workspace.Bottleneck,
        rows: Int
    ) {
        let p = parameters.base
        Kernels.best.bias_add(h, p + bias, rows, up.outputs)
        saved.input.update(from: h, count: rows * up.outputs)
        down.forward(saved.input, parameters, into: saved.hidden, rows: rows)  // (N, m)
        Kernels.best.bias_gelu(saved.hidden, p + down.bias, saved.activated, rows, down.outputs)
        up.forward(saved.activated, parameters, into: h, rows: rows, accumulate: true)
    }

    /// The derivative by h, (N, d), given that by the output; `wide` is scratch (N, m).
    func backward(
        _ dy: UnsafePointer<Float>, _ saved: Workspace.Bottleneck, _ parameters: Parameters, _ gradients: Parameters,
        into dh: UnsafeMutablePointer<Float>, wide: UnsafeMutablePointer<Float>, rows: Int
    ) {
        up.backward(dy, x: saved.activated, parameters, gradients, into: wide, rows: rows)
        Kernels.best.gelu_backward(saved.hidden, wide, gradients.base + down.bias, rows, down.outputs)
        dh.update(from: dy, count: rows * up.outputs)
        down.backward(
            wide, x: saved.input, parameters, gradients, into: dh, rows: rows, accumulate: true, biasDone: true)
    }
}
