import CKernels

/// A dense layer of the training path: where its weight (outputs, inputs) and bias (outputs) lie in the flat buffer.
///
/// Forward leaves the bias out: the kernel that comes next adds it on its way.
struct Linear: Sendable {
    let weight: Int
    let bias: Int
    let inputs: Int
    let outputs: Int

    init(_ name: String, in table: TensorTable, inputs: Int, outputs: Int) {
        weight = table.offset("\(name).weight")
        bias = table.offset("\(name).bias")
        self.inputs = inputs
        self.outputs = outputs
    }

    /// y = x Wᵀ, or y += x Wᵀ. x: (rows, inputs), y: (rows, outputs).
    func forward(
        _ x: UnsafePointer<Float>, _ parameters: Parameters, into y: UnsafeMutablePointer<Float>, rows: Int,
        accumulate: Bool = false
    ) {
        BLAS.multiplyTransposed(
            x, parameters.base + weight, into: y, rows: rows, inputs: inputs, outputs: outputs,
            accumulate: accumulate)
    }

    /// dW += dyᵀ x; dx = dy W (or += where `accumulate`) unless `dx` is nil; db += column sums of dy unless another
    /// kernel has done it.
    func backward(
        _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, _ parameters: Parameters, _ gradients: Parameters,
        into dx: UnsafeMutablePointer<Float>?, rows: Int, accumulate: Bool = false, biasDone: Bool = false
    ) {
        if !biasDone { Kernels.best.column_sums(dy, gradients.base + bias, rows, outputs) }
        BLAS.accumulateOuter(dy, x, into: gradients.base + weight, rows: rows, inputs: inputs, outputs: outputs)
        if let dx {
            BLAS.multiply(
                dy, parameters.base + weight, into: dx, rows: rows, inputs: inputs, outputs: outputs,
                accumulate: accumulate)
        }
    }
}
