import CKernels

/// x + dropout(Wo · attention(norm(x)) + bo): causal, over a sliding window, biased against keys long ago.
struct Attention: Sendable {
    /// Days beyond which a key fades no further.
    static let horizon: Float = 60

    let norm: LayerNorm
    let projection: Linear
    let output: Linear
    let adapter: Bottleneck?
    /// Offsets of the learned keys and values, each (P, d), and P; nil without.
    let prefix: (keys: Int, values: Int, length: Int)?
    /// Offset of (H): the logarithm of each head's rate per day.
    let timeDecay: Int
    let layer: Int
    let heads: Int
    let headWidth: Int
    let window: Int

    init(layer: Int, _ configuration: TransformerConfiguration, in table: TensorTable) {
        let d = configuration.width
        let name = "layers.\(layer)"
        self.layer = layer
        norm = LayerNorm("\(name).attention_norm", in: table, width: d)
        projection = Linear("\(name).attention.qkv", in: table, inputs: d, outputs: 3 * d)
        output = Linear("\(name).attention.output", in: table, inputs: d, outputs: d)
        adapter = Bottleneck("\(name).attention_adapter", configuration, in: table)
        let length = configuration.adapter?.prefixLength ?? 0
        prefix =
            length == 0
            ? nil
            : (
                table.offset("\(name).attention.prefix.keys"), table.offset("\(name).attention.prefix.values"), length
            )
        timeDecay = table.offset("\(name).attention.time_decay")
        heads = configuration.heads
        headWidth = configuration.headWidth
        window = configuration.window
    }

    private var width: Int { heads * headWidth }
    private var dropoutSite: Int { 1 + 2 * layer }

    /// Reads the layer's `input`, fills its `middle`, both (N, d).
    func forward(_ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace) {
        let n = batch.count
        let d = width
        let a = workspace.buffers.layers[layer]
        let p = parameters.base
        norm.forward(a.input, parameters, into: a.attentionNormal, statistics: a.attentionStatistics, rows: n)
        projection.forward(a.attentionNormal, parameters, into: a.projected, rows: n)  // (N, 3d)
        Kernels.best.bias_add(a.projected, p + projection.bias, n, 3 * d)
        eachHead(batch, parameters, workspace) { head, first, row, probability in
            let q = a.projected + row * 3 * d + first
            Kernels.best.attention(
                &head, q, q + d, q + 2 * d, a.attended + row * d + first, a.probabilities + probability,
                workspace.buffers.scratch)
        }
        output.forward(a.attended, parameters, into: a.middle, rows: n)  // (N, d)
        adapter?.forward(a.middle, bias: output.bias, parameters, keeping: a.attentionBottleneck, rows: n)
        let bias = adapter?.up.bias ?? output.bias
        workspace.withDropout(site: dropoutSite) {
            Kernels.best.bias_dropout_residual(a.input, a.middle, p + bias, a.middle, n, d, $0)
        }
    }

    /// `stream` (N, d) holds the derivative by `middle` and gets that by `input`.
    func backward(_ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace, into gradients: Parameters) {
        let n = batch.count
        let d = width
        let a = workspace.buffers.layers[layer]
        let b = workspace.buffers
        var branch = workspace.undropped(b.stream, site: dropoutSite)
        if let adapter {
            adapter.backward(
                branch, a.attentionBottleneck, parameters, gradients, into: b.bottleneck, wide: b.wide, rows: n)
            branch = b.bottleneck
        }
        output.backward(branch, x: a.attended, parameters, gradients, into: b.narrow, rows: n)  // narrow: by attended
        let dTimeDecay = gradients.base + timeDecay
        eachHead(batch, parameters, workspace) { head, first, row, probability in
            let q = a.projected + row * 3 * d + first
            let dq = b.wide + row * 3 * d + first
            if let prefix {
                head.dprefix_keys = gradients.base + prefix.keys + first
                head.dprefix_values = gradients.base + prefix.values + first
            }
            dTimeDecay[first / headWidth] += Kernels.best.attention_backward(
                &head, q, q + d, q + 2 * d, a.probabilities + probability, b.narrow + row * d + first, dq, dq + d,
                dq + 2 * d, b.scratch)
        }
        projection.backward(b.wide, x: a.attentionNormal, parameters, gradients, into: b.narrow, rows: n)
        norm.backward(
            b.narrow, x: a.input, statistics: a.attentionStatistics, parameters, gradients, addingTo: b.stream, rows: n)
    }

    /// Calls `body` for every sequence and head with the head's first column, the sequence's first row, and where its
    /// probabilities start.
    private func eachHead(
        _ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace,
        _ body: (inout ck_head, _ first: Int, _ row: Int, _ probability: Int) -> Void
    ) {
        let band = window.paddedToVector
        var head = ck_head()
        head.window = window
        head.head_width = headWidth
        head.stride = 3 * width
        head.out_stride = width
        head.probability_stride = band
        head.scale = 1 / Float(headWidth).squareRoot()
        head.horizon = Self.horizon
        head.prefixes = prefix?.length ?? 0
        head.prefix_stride = width
        for sequence in 0..<batch.sequenceCount {
            let tokens = batch.tokens(of: sequence)
            head.tokens = tokens.count
            head.days_high = UnsafePointer(workspace.buffers.daysHigh + tokens.lowerBound)
            head.days_low = UnsafePointer(workspace.buffers.daysLow + tokens.lowerBound)
            for index in 0..<heads {
                head.rate = exponential(parameters.base[timeDecay + index])
                if let prefix {
                    head.prefix_keys = UnsafePointer(parameters.base + prefix.keys + index * headWidth)
                    head.prefix_values = UnsafePointer(parameters.base + prefix.values + index * headWidth)
                    head.prefix_probabilities =
                        workspace.buffers.layers[layer].prefixProbabilities
                        + (index * batch.count + tokens.lowerBound) * prefix.length
                }
                body(&head, index * headWidth, tokens.lowerBound, (index * batch.count + tokens.lowerBound) * band)
            }
        }
    }
}
