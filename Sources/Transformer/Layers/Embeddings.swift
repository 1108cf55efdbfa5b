import CKernels

/// x = numbers Aᵀ + b + Σ_f E_f[bin_f], then dropout.
struct Embeddings: Sendable {
    static let dropoutSite = 0

    let numbers: Linear
    /// Offset of every field's table (bins, d).
    let tables: [Int]
    let width: Int

    init(_ configuration: TransformerConfiguration, in table: TensorTable) {
        width = configuration.width
        numbers = Linear("embeddings.numbers", in: table, inputs: configuration.numbers, outputs: configuration.width)
        tables = configuration.binCounts.indices.map { table.offset("embeddings.bins.\($0).weight") }
    }

    /// x: (N, d)
    func forward(
        _ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace, into x: UnsafeMutablePointer<Float>
    ) {
        let n = batch.count
        numbers.forward(batch.numbers, parameters, into: x, rows: n)  // (N, d)
        let p = parameters.base
        Kernels.best.embed(x, p + numbers.bias, p, tables, batch.bins, n, tables.count, width)
        if !workspace.rowKeys.isEmpty {
            workspace.withDropout(site: Self.dropoutSite) { Kernels.best.dropout(x, x, n, width, $0) }
        }
    }

    /// dx: (N, d)
    func backward(
        _ dx: UnsafeMutablePointer<Float>, _ batch: TokenBatch, _ parameters: Parameters, _ workspace: Workspace,
        into gradients: Parameters
    ) {
        let dx = workspace.undropped(dx, site: Self.dropoutSite)
        let g = gradients.base
        Kernels.best.embed_backward(dx, g + numbers.bias, g, tables, batch.bins, batch.count, tables.count, width)
        numbers.backward(
            dx, x: batch.numbers, parameters, gradients, into: nil, rows: batch.count, biasDone: true)
    }
}
