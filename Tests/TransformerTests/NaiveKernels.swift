import Foundation

/// The kernels' plain twins: their definitions in double precision, one loop an index.
enum NaiveKernels {
    static func gelu(_ x: Double) -> Double {
        0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }

    static func geluDerivative(_ x: Double) -> Double {
        let scale = (2 / Double.pi).squareRoot()
        let t = tanh(scale * (x + 0.044715 * x * x * x))
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * scale * (1 + 3 * 0.044715 * x * x)
    }

    /// y = gamma · (x − mean) / deviation + beta for one row.
    static func layerNorm(_ x: [Double], _ gamma: [Double], _ beta: [Double], epsilon: Double) -> [Double] {
        let normal = normalised(x, epsilon: epsilon).normal
        return normal.indices.map { gamma[$0] * normal[$0] + beta[$0] }
    }

    /// The derivative by x for one row.
    static func layerNormBackward(_ dy: [Double], _ x: [Double], _ gamma: [Double], epsilon: Double) -> [Double] {
        let (normal, inverse) = normalised(x, epsilon: epsilon)
        let g = zip(dy, gamma).map { $0 * $1 }
        let mean = g.reduce(0, +) / Double(g.count)
        let dotted = zip(g, normal).reduce(0) { $0 + $1.0 * $1.1 } / Double(g.count)
        return g.indices.map { inverse * (g[$0] - mean - normal[$0] * dotted) }
    }

    static func normalised(_ x: [Double], epsilon: Double) -> (normal: [Double], inverse: Double) {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        let inverse = 1 / (variance + epsilon).squareRoot()
        return (x.map { ($0 - mean) * inverse }, inverse)
    }

    /// One head over one sequence. q, k, v: (T, c).
    struct Head {
        var window: Int
        var rate: Double
        var horizon: Double
        var days: [Double]

        func gap(_ i: Int, _ j: Int) -> Double { min(max(days[i] - days[j], 0), horizon) }

        /// (T, T) attention weights.
        func weights(_ q: [[Double]], _ k: [[Double]]) -> [[Double]] {
            q.indices.map { i in
                let scores = q.indices.map { j -> Double in
                    guard j <= i, j > i - window else { return 0 }
                    let dot = zip(q[i], k[j]).reduce(0) { $0 + $1.0 * $1.1 }
                    return exp(dot / Double(q[i].count).squareRoot() - rate * gap(i, j))
                }
                let total = scores.reduce(0, +)
                return scores.map { $0 / total }
            }
        }

        func forward(_ q: [[Double]], _ k: [[Double]], _ v: [[Double]]) -> [[Double]] {
            weights(q, k).map { p in v[0].indices.map { c in p.indices.reduce(0) { $0 + p[$1] * v[$1][c] } } }
        }

        /// Derivatives by q, k, v and by the logarithm of the rate.
        func backward(
            _ q: [[Double]], _ k: [[Double]], _ v: [[Double]], _ dout: [[Double]]
        ) -> (dq: [[Double]], dk: [[Double]], dv: [[Double]], dLogRate: Double) {
            let p = weights(q, k)
            let zero = q.map { $0.map { _ in 0.0 } }
            var (dq, dk, dv, dLogRate) = (zero, zero, zero, 0.0)
            let scale = 1 / Double(q[0].count).squareRoot()
            for i in q.indices {
                let dp = v.map { row in zip(dout[i], row).reduce(0) { $0 + $1.0 * $1.1 } }
                let mean = zip(p[i], dp).reduce(0) { $0 + $1.0 * $1.1 }
                for j in 0...i where p[i][j] > 0 {
                    let ds = p[i][j] * (dp[j] - mean)
                    dLogRate -= ds * rate * gap(i, j)
                    for c in q[i].indices {
                        dq[i][c] += ds * scale * k[j][c]
                        dk[j][c] += ds * scale * q[i][c]
                        dv[j][c] += p[i][j] * dout[i][c]
                    }
                }
            }
            return (dq, dk, dv, dLogRate)
        }
    }
}
