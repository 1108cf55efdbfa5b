import CKernels
import Testing

@testable import Transformer

/// Attention over cached keys and values of every precision against the plain definition over plainly rounded ones.
@Suite struct CachePrecisionTests {
    @Test(arguments: CachePrecision.allCases, [(1, 5, 3), (2, 16, 16), (3, 7, 40), (4, 16, 64)])
    func attentionOverRoundedKeysAndValues(precision: CachePrecision, shape: (heads: Int, c: Int, window: Int)) {
        var random = SplitMix64(seed: UInt64(shape.window))
        let (d, tokens) = (shape.heads * shape.c, shape.window + 9)
        let rates = (0..<shape.heads).map { 0.1 + 0.2 * Float($0) }
        let projected = (0..<tokens * 3 * d).map { _ in random.nextNormal() }
        let days = (0..<tokens).map { Float($0 * $0) / 50 }
        for kernels in StreamingTests.kernels {
            let memory = FloatBuffer(count: ck_ring_layer_bytes(shape.window, d, precision.kernel) / 4 + 16)
            var rows: [ck_ring_row] = []
            for token in 0..<tokens {
                rows.append(
                    ck_ring_row(
                        cache: UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: CChar.self),
                        slot: Int32(token % shape.window), filled: Int32(min(token + 1, shape.window)),
                        days_high: days[token], days_low: 0))
            }
            var out = [Float](repeating: 0, count: tokens * d)
            rates.withUnsafeBufferPointer { rates in
                var ring = ck_ring()
                ring.precision = precision.kernel
                (ring.window, ring.width, ring.heads, ring.head_width) = (shape.window, d, shape.heads, shape.c)
                (ring.scale, ring.horizon, ring.rates) = (1 / Float(shape.c).squareRoot(), 30, rates.baseAddress)
                kernels.ring_attention(&ring, rows, tokens, projected, &out, nil)
            }
            func part(_ token: Int, _ which: Int) -> [Float] {
                Array(projected[(token * 3 + which) * d..<(token * 3 + which + 1) * d])
            }
            let keys = (0..<tokens).map { Self.rounded(part($0, 1), precision) }
            let values = (0..<tokens).map { Self.rounded(part($0, 2), precision) }
            for head in 0..<shape.heads {
                let columns = head * shape.c..<(head + 1) * shape.c
                let twin = NaiveKernels.Head(
                    window: shape.window, rate: Double(rates[head]), horizon: 30, days: days.map(Double.init))
                let wanted = twin.forward(
                    (0..<tokens).map { part($0, 0)[columns].map(Double.init) }, keys.map { Array($0[columns]) },
                    values.map { Array($0[columns]) })
                for token in 0..<tokens {
                    for (c, column) in columns.enumerated() {
                        let error = abs(Double(out[token * d + column]) - wanted[token][c])
                        #expect(error < 1e-5, "\(kernels.isa) \(precision) token \(token) column \(column): \(error)")
                    }
                }
            }
        }
    }

    /// A figure of the issue: what a hot user of two layers, 64 wide, with a window of 64 takes.
    @Test func bytesOfAHotUser() {
        let configuration = TransformerConfiguration(
            layers: 2, width: 64, heads: 4, feedForward: 256, window: 64, numbers: 1, binCounts: [])
        func bytes(_ precision: CachePrecision) -> Int {
            KeyValueStore(configuration, precision: precision).bytesPerCache
        }
        #expect(bytes(.bf16) <= 34_000)
        #expect(bytes(.int8) <= 18_000)
    }

    /// The plain twin of the kernels' rounding.
    private static func rounded(_ x: [Float], _ precision: CachePrecision) -> [Double] {
        func bfloat(_ x: Float) -> Float {
            let (below, above) = (Float(bitPattern: x.bitPattern & 0xFFFF_0000), x.bitPattern & 0xFFFF_0000 + 0x1_0000)
            let (down, up) = (abs(x - below), abs(Float(bitPattern: above) - x))
            let isEven = below.bitPattern & 0x1_0000 == 0
            return down < up || (down == up && isEven) ? below : Float(bitPattern: above)
        }
        switch precision {
        case .float32: return x.map(Double.init)
        case .bf16: return x.map { Double(bfloat($0)) }
        case .int8:
            let largest = x.map(abs).max() ?? 0
            var scale = bfloat(largest * (1 / 127))
            if scale * 127 < largest { scale = Float(bitPattern: scale.bitPattern + 0x1_0000) }
            let inverse = scale > 0 ? 1 / scale : 0
            return x.map { Double(($0 * inverse).rounded(.toNearestOrEven)) * Double(scale) }
        }
    }
}
