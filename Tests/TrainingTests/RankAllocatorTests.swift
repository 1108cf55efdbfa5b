import Testing
import Transformer

@testable import Training

@Suite struct RankAllocatorTests {
    private func lowRank() throws -> LowRank {
        try LowRank(
            TransformerConfiguration(layers: 1, width: 8, heads: 2, feedForward: 16, numbers: 2, binCounts: []),
            LowRankShape(rank: 4, alpha: 4, allocated: true))
    }

    /// Two directions matter, of two layers; a budget for two leaves just these.
    @Test func theBudgetGoesToWhatMatters() throws {
        let lowRank = try lowRank()
        let parameters = Parameters(lowRank.table, seed: 1)
        let steps = 40
        let allocator = RankAllocator(lowRank, budget: 0.5, steps: steps)
        #expect(allocator.ranks(parameters) == [0, 0, 0, 0])
        let important = [(0, 2), (3, 1)]
        for step in 0..<steps {
            let gradients = Parameters(lowRank.table)
            for (index, update) in lowRank.updates.enumerated() {
                guard let e = update.e else { continue }
                for k in 0..<4 {
                    parameters[e][k] = 1
                    gradients[e][k] = important.contains { $0 == (index, k) } ? 1 : 0.01 * Float(step % 3)
                }
            }
            allocator.allocate(parameters, gradients, step: step)
        }
        #expect(allocator.ranks(parameters) == [1, 0, 0, 1])
        for (index, k) in important {
            let e = try #require(lowRank.updates[index].e)
            #expect(parameters[e][k] == 1)
        }
    }

    @Test func theScheduleFallsFromAllToTheBudget() throws {
        let allocator = RankAllocator(try lowRank(), budget: 1, steps: 100)
        let kept = (0..<100).map { allocator.kept(step: $0, of: 16) }
        #expect(kept[0] == 16 && kept[19] == 16 && kept[50] == 4 && kept[99] == 4)
        #expect(zip(kept, kept.dropFirst()).allSatisfy(>=) && Set(kept).count > 6)
    }

    /// The penalty's derivatives are those of its definition, by finite differences.
    @Test func orthogonalityPullsVectorsApart() throws {
        let lowRank = try lowRank()
        let allocator = RankAllocator(lowRank, budget: 1, steps: 10)
        let update = lowRank.updates[0]
        func penalty(_ p: Parameters) -> Double {
            func sum(_ vectors: [[Float]]) -> Double {
                vectors.indices.reduce(0) { total, i in
                    vectors.indices.reduce(total) { total, j in
                        let dot = zip(vectors[i], vectors[j]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                        return total + (dot - (i == j ? 1 : 0)) * (dot - (i == j ? 1 : 0))
                    }
                }
            }
            let (a, b) = (p[update.a], p[update.b])
            let (inputs, outputs) = (update.weight.shape[1], update.weight.shape[0])
            return 0.1
                * (sum((0..<4).map { k in (0..<inputs).map { a[k * inputs + $0] } })
                    + sum((0..<4).map { k in (0..<outputs).map { b[$0 * 4 + k] } }))
        }
        let parameters = Parameters(lowRank.table, seed: 5)
        for index in parameters.values.indices { parameters.values[index] *= 10 }
        let gradients = Parameters(lowRank.table)
        allocator.regularise(parameters, gradients)
        for (entry, index) in [(update.a, 3), (update.a, 17), (update.b, 9)] {
            let moved = [1.0, -1.0].map { sign in
                let copy = parameters.copy()
                copy[entry][index] += Float(sign * 1e-2)
                return penalty(copy)
            }
            #expect(abs((moved[0] - moved[1]) / 2e-2 - Double(gradients[entry][index])) < 2e-3, "\(entry.name)")
        }
    }
}
