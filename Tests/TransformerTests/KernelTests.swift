import CKernels
import Testing

@testable import Transformer

/// Every kernel of every instruction set against its plain twin, on sizes that do not fill vectors.
@Suite struct KernelTests {
    private static let sizes = [1, 3, 4, 7, 16, 17, 33, 96]

    @Test func geluAndItsDerivative() {
        var x = (0..<2001).map { Float($0 - 1000) / 80 }
        x += [-100, -30, 30, 100, 1e-30, -0.0]
        let zeros = [Float](repeating: 0, count: x.count)
        for kernels in StreamingTests.kernels {
            var h = x
            var y = zeros
            kernels.bias_gelu(&h, zeros, &y, 1, x.count)
            var d = [Float](repeating: 1, count: x.count)
            var sums = zeros
            kernels.gelu_backward(x, &d, &sums, 1, x.count)
            for (index, value) in x.enumerated() {
                expect(y[index], NaiveKernels.gelu(Double(value)), 1e-6, "gelu(\(value))")
                expect(d[index], NaiveKernels.geluDerivative(Double(value)), 2e-6, "gelu'(\(value))")
            }
            #expect(h == x && sums == d)
        }
    }

    @Test(arguments: sizes) func layerNorm(n: Int) {
        var random = SplitMix64(seed: UInt64(n))
        let rows = 3
        let (x, dy) = (normal(rows * n, &random), normal(rows * n, &random))
        let (gamma, beta) = (normal(n, &random), normal(n, &random))
        for kernels in StreamingTests.kernels {
            var y = x
            var statistics = [Float](repeating: 0, count: 2 * rows)
            kernels.layer_norm(x, gamma, beta, &y, &statistics, rows, n, 1e-5)
            var dx = [Float](repeating: 1, count: rows * n)
            var (dgamma, dbeta) = ([Float](repeating: 0, count: n), [Float](repeating: 0, count: n))
            kernels.layer_norm_backward(dy, x, statistics, gamma, &dx, &dgamma, &dbeta, rows, n)
            var sums = [Double](repeating: 0, count: n)
            for row in 0..<rows {
                let range = row * n..<(row + 1) * n
                let (input, up) = (x[range].map(Double.init), dy[range].map(Double.init))
                let out = NaiveKernels.layerNorm(input, gamma.map(Double.init), beta.map(Double.init), epsilon: 1e-5)
                let back = NaiveKernels.layerNormBackward(up, input, gamma.map(Double.init), epsilon: 1e-5)
                let unit = NaiveKernels.normalised(input, epsilon: 1e-5).normal
                for column in 0..<n {
                    expect(y[row * n + column], out[column], 1e-5, "norm \(n)")
                    expect(dx[row * n + column], 1 + back[column], 1e-4, "norm backward \(n)")
                    sums[column] += up[column] * unit[column]
                }
            }
            for column in 0..<n { expect(dgamma[column], sums[column], 1e-5, "dgamma \(n)") }
        }
    }

    /// Weights as the model packs them, all epilogues.
    @Test(arguments: [(1, 1), (3, 5), (17, 16), (20, 64), (64, 65), (33, 200)]) func linear(inputs: Int, outputs: Int) {
        var random = SplitMix64(seed: UInt64(inputs * 1000 + outputs))
        let rows = 11
        let (x, weight) = (normal(rows * inputs, &random), normal(outputs * inputs, &random))
        let (bias, residual) = (normal(outputs, &random), normal(rows * outputs, &random))
        let packed = StreamingWeights.panels(weight, inputs: inputs, outputs: outputs)
        let padded = bias + Array(repeating: 0, count: outputs.paddedToVector - outputs)
        for kernels in StreamingTests.kernels {
            for epilogue in [CK_PLAIN, CK_GELU, CK_RESIDUAL] {
                var y = [Float](repeating: .nan, count: rows * outputs + 1)
                kernels.linear(x, packed, padded, &y, residual, rows, inputs, outputs, epilogue)
                #expect(y[rows * outputs].isNaN, "wrote past the end")
                for row in 0..<rows {
                    for output in 0..<outputs {
                        var sum = Double(bias[output])
                        for input in 0..<inputs {
                            sum += Double(x[row * inputs + input]) * Double(weight[output * inputs + input])
                        }
                        if epilogue == CK_GELU { sum = NaiveKernels.gelu(sum) }
                        if epilogue == CK_RESIDUAL { sum += Double(residual[row * outputs + output]) }
                        expect(y[row * outputs + output], sum, 1e-5, "linear \(inputs) to \(outputs)")
                    }
                }
            }
        }
    }

    @Test(arguments: [(1, 1, 1), (9, 4, 3), (40, 16, 8), (70, 33, 17), (5, 64, 16)])
    func attention(tokens: Int, window: Int, width: Int) {
        var random = SplitMix64(seed: UInt64(tokens * 100 + window))
        let stride = 3 * width + 2
        let projected = normal(tokens * stride, &random)
        let dout = normal(tokens * width, &random)
        let days = (0..<tokens).map { Double($0) * 0.37 + (($0 % 7 == 3) ? -1 : 0) }
        let naive = NaiveKernels.Head(window: window, rate: 0.3, horizon: 5, days: days)
        func rows(_ x: [Float], _ first: Int, _ stride: Int) -> [[Double]] {
            (0..<tokens).map { row in (0..<width).map { Double(x[row * stride + first + $0]) } }
        }
        let (q, k, v) = (rows(projected, 0, stride), rows(projected, width, stride), rows(projected, 2 * width, stride))
        let expected = naive.forward(q, k, v)
        let back = naive.backward(q, k, v, rows(dout, 0, width))
        let (high, low) = (days.map { Float($0) }, [Float](repeating: 0, count: tokens))
        let band = window.paddedToVector
        for kernels in StreamingTests.kernels {
            var out = [Float](repeating: 0, count: tokens * width)
            var probabilities = [Float](repeating: 0, count: tokens * band)
            var gradients = [Float](repeating: 0, count: tokens * stride)
            var scratch = [Float](repeating: .nan, count: kernels.attention_scratch(tokens, window, width))
            var dLogRate: Float = 0
            high.withUnsafeBufferPointer { high in
                low.withUnsafeBufferPointer { low in
                    var head = ck_head()
                    (head.tokens, head.window, head.head_width) = (tokens, window, width)
                    (head.stride, head.out_stride, head.probability_stride) = (stride, width, band)
                    (head.scale, head.rate, head.horizon) = (1 / Float(width).squareRoot(), 0.3, 5)
                    (head.days_high, head.days_low) = (high.baseAddress, low.baseAddress)
                    projected.withUnsafeBufferPointer { projected in
                        guard let q = projected.baseAddress else { return }
                        kernels.attention(&head, q, q + width, q + 2 * width, &out, &probabilities, &scratch)
                        gradients.withUnsafeMutableBufferPointer { gradients in
                            guard let dq = gradients.baseAddress else { return }
                            dLogRate = kernels.attention_backward(
                                &head, q, q + width, q + 2 * width, probabilities, dout, dq, dq + width, dq + 2 * width,
                                &scratch)
                        }
                    }
                }
            }
            for row in 0..<tokens {
                for column in 0..<width {
                    let at = row * stride + column
                    expect(out[row * width + column], expected[row][column], 1e-5, "attention")
                    expect(gradients[at], back.dq[row][column], 2e-5, "dq")
                    expect(gradients[at + width], back.dk[row][column], 2e-5, "dk")
                    expect(gradients[at + 2 * width], back.dv[row][column], 2e-5, "dv")
                }
            }
            expect(dLogRate, back.dLogRate, 1e-4, "dLogRate")
        }
    }

    private func normal(_ count: Int, _ random: inout SplitMix64) -> [Float] {
        (0..<count).map { _ in random.nextNormal() }
    }

    private func expect(_ got: Float, _ wanted: Double, _ tolerance: Double, _ what: String) {
        // Recorded only when wrong: a passing expectation costs too much to have one per element.
        if !(abs(Double(got) - wanted) <= tolerance * (1 + abs(wanted))) {
            Issue.record("\(what): \(got), not \(wanted)")
        }
    }
}
