import Foundation

extension NumberColumn {
    /// Neighbouring distinct values that no best split can part: all without a fraud, or one value.
    private struct Block {
        /// The last distinct value of the block.
        var last: Int
        var labelled: Int
        var frauds: Int
    }

    private struct Leaf {
        var blocks: Range<Int>
        /// The best split, after this block; nil when none is allowed.
        var split: Int?
        var gain = 0.0
    }

    /// Edges of a decision tree on this one feature, grown best first by log-likelihood.
    ///
    /// - Source: only boundaries between classes can be best splits (Fayyad and Irani, 1992), so runs of values without a
    ///   fraud are taken together first; the search then costs as much as there are frauds.
    func treeEdges(_ options: EncoderOptions) -> [Float] {
        let blocks = self.blocks()
        guard blocks.count > 1 else { return [] }
        var sums: [(labelled: Int, frauds: Int)] = [(0, 0)]
        for block in blocks {
            let last = sums[sums.count - 1]
            sums.append((last.labelled + block.labelled, last.frauds + block.frauds))
        }
        var leaves = [Self.leaf(0..<blocks.count, sums, options)]
        var edges: [Float] = []
        while leaves.count < options.treeLeaves {
            guard let best = leaves.indices.max(by: { leaves[$0].gain < leaves[$1].gain }),
                let split = leaves[best].split, leaves[best].gain >= options.minimumGain
            else { break }
            let range = leaves[best].blocks
            edges.append(edge(after: blocks[split].last))
            leaves[best] = Self.leaf(range.lowerBound..<split + 1, sums, options)
            leaves.append(Self.leaf(split + 1..<range.upperBound, sums, options))
        }
        return edges
    }

    private func blocks() -> [Block] {
        var blocks: [Block] = []
        for (index, entry) in distinct.enumerated() {
            if let last = blocks.last, entry.frauds == 0, last.frauds == 0 {
                blocks[blocks.count - 1] = Block(last: index, labelled: last.labelled + entry.labelled, frauds: 0)
            } else {
                blocks.append(Block(last: index, labelled: entry.labelled, frauds: entry.frauds))
            }
        }
        return blocks
    }

    private static func leaf(
        _ range: Range<Int>, _ sums: [(labelled: Int, frauds: Int)], _ options: EncoderOptions
    ) -> Leaf {
        func likelihood(_ from: Int, _ to: Int) -> Double {
            let total = Double(sums[to].labelled - sums[from].labelled)
            let frauds = Double(sums[to].frauds - sums[from].frauds)
            func term(_ part: Double) -> Double { part > 0 ? part * log(part / total) : 0 }
            return term(frauds) + term(total - frauds)
        }
        var leaf = Leaf(blocks: range)
        let whole = likelihood(range.lowerBound, range.upperBound)
        for split in range.dropLast() {
            let left = sums[split + 1].labelled - sums[range.lowerBound].labelled
            let right = sums[range.upperBound].labelled - sums[split + 1].labelled
            guard left >= options.minimumLeaf, right >= options.minimumLeaf else { continue }
            let gain = likelihood(range.lowerBound, split + 1) + likelihood(split + 1, range.upperBound) - whole
            if gain > leaf.gain {
                leaf.gain = gain
                leaf.split = split
            }
        }
        return leaf
    }
}
