import CKernels

/// Layer normalisation over the width: where its weight and bias (d) lie in the flat buffer.
struct LayerNorm: Sendable {
    static let epsilon: Float = 1e-5

    let weight: Int
    let bias: Int
    let width: Int

    init(_ name: String, in table: TensorTable, width: Int) {
        weight = table.offset("\(name).weight")
        bias = table.offset("\(name).bias")
        self.width = width
    }

    /// y = norm(x). x, y: (rows, d); statistics: (rows, 2).
    func forward(
        _ x: UnsafePointer<Float>, _ parameters: Parameters, into y: UnsafeMutablePointer<Float>,
        statistics: UnsafeMutablePointer<Float>, rows: Int
    ) {
        let p = parameters.base
        Kernels.best.layer_norm(x, p + weight, p + bias, y, statistics, rows, width, Self.epsilon)
    }

    /// dx += derivative by x: the norm stands on a branch of the residual stream, whose derivative dx already holds.
    func backward(
        _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, statistics: UnsafePointer<Float>,
        _ parameters: Parameters, _ gradients: Parameters, addingTo dx: UnsafeMutablePointer<Float>, rows: Int
    ) {
        let g = gradients.base
        Kernels.best.layer_norm_backward(
            dy, x, statistics, parameters.base + weight, dx, g + weight, g + bias, rows, width)
    }
}
