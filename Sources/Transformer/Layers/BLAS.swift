import COpenBLAS

/// Single-precision matrix products from OpenBLAS, on the calling thread.
public enum BLAS {
    private static let oneThread: Void = openblas_set_num_threads(1)

    /// Keeps OpenBLAS from starting threads of its own: vigil's workers are the threads. `Transformer` calls it.
    public static func useOneThread() { oneThread }

    /// The kernels OpenBLAS chose for this machine, such as `SkylakeX`; `OPENBLAS_CORETYPE` overrides its choice.
    public static var coreName: String { String(cString: openblas_get_corename()) }

    /// y = x wᵀ, or y += x wᵀ. x: (rows, inputs), w: (outputs, inputs), y: (rows, outputs).
    static func multiplyTransposed(
        _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int,
        inputs: Int, outputs: Int, accumulate: Bool = false
    ) {
        let (m, n, k) = (Int32(rows), Int32(outputs), Int32(inputs))
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, x, k, w, k, accumulate ? 1 : 0, y, n)
    }

    /// x = y w, or x += y w. y: (rows, outputs), w: (outputs, inputs), x: (rows, inputs).
    static func multiply(
        _ y: UnsafePointer<Float>, _ w: UnsafePointer<Float>, into x: UnsafeMutablePointer<Float>, rows: Int,
        inputs: Int, outputs: Int, accumulate: Bool
    ) {
        let (m, n, k) = (Int32(rows), Int32(inputs), Int32(outputs))
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, y, k, w, n, accumulate ? 1 : 0, x, n)
    }

    /// w += yᵀ x. y: (rows, outputs), x: (rows, inputs), w: (outputs, inputs).
    static func accumulateOuter(
        _ y: UnsafePointer<Float>, _ x: UnsafePointer<Float>, into w: UnsafeMutablePointer<Float>, rows: Int,
        inputs: Int, outputs: Int
    ) {
        let (m, n, k) = (Int32(outputs), Int32(inputs), Int32(rows))
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, 1, y, m, x, n, 1, w, n)
    }
}
