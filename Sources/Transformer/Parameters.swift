import CKernels

/// One flat buffer laid out by a `TensorTable`: weights, their gradients and an optimiser's moments are all of this type.
public final class Parameters: @unchecked Sendable {
    // Sendable: readers share it between an optimiser's steps; each writer (a worker's gradients, the optimiser) owns its own.

    /// What lies where.
    public let table: TensorTable
    /// All floats, padding included, 64-byte aligned.
    public var values: UnsafeMutableBufferPointer<Float> { buffer.values }
    private let buffer: FloatBuffer

    /// All zeros.
    public init(_ table: TensorTable) {
        self.table = table
        buffer = FloatBuffer(count: table.count)
    }

    /// Initial weights: each tensor is drawn from the seed and its own name, so adding a tensor changes no other.
    public convenience init(_ table: TensorTable, seed: UInt64) {
        self.init(table)
        for entry in table.entries {
            let nameHash = entry.name.utf8.reduce(seed) { SplitMix64.mix($0 ^ UInt64($1)) }
            var random = SplitMix64(seed: nameHash)
            entry.initialiser.fill(self[entry], from: &random)
        }
    }

    /// The values of the tensor of this name.
    public subscript(name: String) -> UnsafeMutableBufferPointer<Float>? { table[name].map { self[$0] } }

    /// The values of one of the table's tensors.
    public subscript(entry: TensorTable.Entry) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: values[entry.offset..<entry.offset + entry.count])
    }

    /// Start of the buffer, for kernels.
    var base: UnsafeMutablePointer<Float> { buffer.base }

    /// An independent copy.
    public func copy() -> Parameters {
        let copy = Parameters(table)
        copy.assign(from: self)
        return copy
    }

    /// Takes over the other's values. Both must have the same table.
    public func assign(from other: Parameters) {
        precondition(table == other.table, "parameters of two different models")
        base.update(from: other.base, count: table.count)
    }

    /// Sets everything to zero.
    public func clear() { values.update(repeating: 0) }

    /// Adds the other's values, as when workers' gradients are summed. Both must have the same table.
    public func add(_ other: Parameters) {
        precondition(table == other.table, "parameters of two different models")
        Kernels.best.bias_add(base, other.base, 1, table.count)
    }
}
