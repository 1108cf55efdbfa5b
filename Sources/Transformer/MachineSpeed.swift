import CKernels
import Dispatch

/// What this machine's arithmetic and memory give at best, for floors to measure scoring against.
public struct MachineSpeed: Sendable {
    /// Giga floating-point operations a second in a large single-precision matrix product, all threads together.
    public var sgemmGigaflops: Double
    /// Gigabytes a second read in order from memory far larger than the caches, all threads together.
    public var memoryGigabytesPerSecond: Double

    /// Measures both on so many threads at once, the best of a few passes; takes about a second.
    public static func measure(threads: Int) -> MachineSpeed {
        BLAS.useOneThread()
        return MachineSpeed(
            sgemmGigaflops: best(of: 5, threads: threads, prepare: { Product() }, run: { $0.pass() }),
            memoryGigabytesPerSecond: best(of: 7, threads: threads, prepare: { Sweep() }, run: { $0.pass() }))
    }

    /// The best rate of several rounds; a round is one pass in every thread, its rate that of the slowest.
    private static func best<Work>(
        of rounds: Int, threads: Int, prepare: @Sendable () -> Work, run: @Sendable (Work) -> Double
    ) -> Double {
        let works = (0..<threads).map { _ in Prepared(work: prepare()) }
        var best = 0.0
        for _ in 0..<rounds {
            let clock = ContinuousClock()
            let start = clock.now
            let amounts = Amounts(count: threads)
            DispatchQueue.concurrentPerform(iterations: threads) { amounts.values[$0] = run(works[$0].work) }
            let seconds = (clock.now - start) / .seconds(1)
            best = max(best, amounts.values.reduce(0, +) / seconds / 1e9)
        }
        return best
    }

    /// One thread's operands.
    // Sendable: each is used by one thread at a time.
    private struct Prepared<Work>: @unchecked Sendable {
        let work: Work
    }

    /// One slot a thread.
    // Sendable: every thread writes its own slot only.
    private final class Amounts: @unchecked Sendable {
        let values: UnsafeMutableBufferPointer<Double>
        init(count: Int) {
            values = .allocate(capacity: count)
            values.initialize(repeating: 0)
        }
        deinit { values.deallocate() }
    }

    /// 768³, several times: operands that fit the second-level cache in panels, as a good product wants them.
    private struct Product {
        static let size = 768
        let a = FloatBuffer(count: size * size)
        let b = FloatBuffer(count: size * size)
        let c = FloatBuffer(count: size * size)

        func pass() -> Double {
            for _ in 0..<8 {
                BLAS.multiplyTransposed(
                    a.base, b.base, into: c.base, rows: Self.size, inputs: Self.size, outputs: Self.size)
            }
            return 8 * 2 * Double(Self.size) * Double(Self.size) * Double(Self.size)
        }
    }

    /// 256 MB read in order, once.
    private struct Sweep {
        static let columns = 4096
        static let rows = 16_384
        let x = FloatBuffer(count: rows * columns, hugePages: true)
        let w = FloatBuffer(count: columns)
        let y = FloatBuffer(count: rows)

        func pass() -> Double {
            Kernels.best.dot_rows(x.base, w.base, 0, y.base, Self.rows, Self.columns)
            return Double(Self.rows * Self.columns * MemoryLayout<Float>.stride)
        }
    }
}
