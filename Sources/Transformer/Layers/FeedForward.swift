import CKernels

/// x + dropout(W2 · gelu(W1 · norm(x) + b1) + b2).
struct FeedForward: Sendable {
    let norm: LayerNorm
    let up: Linear
    let down: Linear
    let adapter: Bottleneck?
    let layer: Int

    init(layer: Int, _ configuration: TransformerConfiguration, in table: TensorTable) {
        let d = configuration.width
        let name = "layers.\(layer)"
        self.layer = layer
        norm = LayerNorm("\(name).feed_forward_norm", in: table, width: d)
        up = Linear("\(name).feed_forward.up", in: table, inputs: d, outputs: configuration.feedForward)
        down = Linear("\(name).feed_forward.down", in: table, inputs: configuration.feedForward, outputs: d)
        adapter = Bottleneck("\(name).feed_forward_adapter", configuration, in: table)
    }

    private var dropoutSite: Int { 2 + 2 * layer }

    /// Reads the layer's `middle` (N, d), fills the next layer's input (N, d).
    func forward(_ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace) {
        let n = batch.count
        let a = workspace.buffers.layers[layer]
        let p = parameters.base
        let x = workspace.output(of: layer)
        norm.forward(a.middle, parameters, into: a.feedForwardNormal, statistics: a.feedForwardStatistics, rows: n)
        up.forward(a.feedForwardNormal, parameters, into: a.hidden, rows: n)  // (N, ff)
        Kernels.best.bias_gelu(a.hidden, p + up.bias, a.activated, n, up.outputs)
        down.forward(a.activated, parameters, into: x, rows: n)  // (N, d)
        adapter?.forward(x, bias: down.bias, parameters, keeping: a.feedForwardBottleneck, rows: n)
        let bias = adapter?.up.bias ?? down.bias
        workspace.withDropout(site: dropoutSite) {
            Kernels.best.bias_dropout_residual(a.middle, x, p + bias, x, n, down.outputs, $0)
        }
    }

    /// `stream` (N, d) holds the derivative by the block's output and gets that by `middle`.
    func backward(_ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace, into gradients: Parameters) {
        let n = batch.count
        let a = workspace.buffers.layers[layer]
        let b = workspace.buffers
        var branch = workspace.undropped(b.stream, site: dropoutSite)
        if let adapter {
            adapter.backward(
                branch, a.feedForwardBottleneck, parameters, gradients, into: b.bottleneck, wide: b.wide, rows: n)
            branch = b.bottleneck
        }
        down.backward(branch, x: a.activated, parameters, gradients, into: b.wide, rows: n)  // wide: by activated
        Kernels.best.gelu_backward(a.hidden, b.wide, gradients.base + up.bias, n, up.outputs)
        up.backward(
            b.wide, x: a.feedForwardNormal, parameters, gradients, into: b.narrow, rows: n, biasDone: true)
        norm.backward(
            b.narrow, x: a.middle, statistics: a.feedForwardStatistics, parameters, gradients, addingTo: b.stream,
            rows: n)
    }
}
