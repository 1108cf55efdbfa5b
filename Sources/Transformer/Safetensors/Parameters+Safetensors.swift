extension Parameters {
    /// Writes all tensors to a file, atomically, in the table's order.
    /// - Throws: `SafetensorsError` where the disk refuses.
    public func save(to path: String, metadata: [String: String] = [:]) throws(SafetensorsError) {
        let tensors = table.entries.map { entry in
            (name: entry.name, shape: entry.shape, values: UnsafeBufferPointer(self[entry]))
        }
        try ModelFile.replace(path, with: SafetensorsWriter.bytes(tensors, metadata: metadata))
    }

    /// Reads a model's weights: every tensor of the table exactly once with its shape, and no other.
    /// - Throws: `SafetensorsError` naming the tensor and the byte; nothing is half loaded.
    public convenience init(_ table: TensorTable, from path: String) throws(SafetensorsError) {
        let file = try SafetensorsFile.read(path)
        do {
            try self.init(table, file)
        } catch {
            throw error.located(in: path)
        }
    }

    /// The weights of a file already read.
    /// - Throws: `SafetensorsError` naming the tensor and the byte.
    public convenience init(_ table: TensorTable, _ file: SafetensorsFile) throws(SafetensorsError) {
        var found: [String: SafetensorsTensor] = [:]
        for tensor in file.tensors {
            let at = tensor.headerOffset
            guard let entry = table[tensor.name] else {
                throw SafetensorsError(at: at, "the model has no tensor \(tensor.name)")
            }
            guard tensor.shape == entry.shape else {
                throw SafetensorsError(
                    at: at, "\(tensor.name) has shape \(tensor.shape), the model's is \(entry.shape)")
            }
            guard tensor.type == .float32 else {
                throw SafetensorsError(at: at, "\(tensor.name) has type \(tensor.type.rawValue), the model's is F32")
            }
            found[tensor.name] = tensor
        }
        for entry in table.entries where found[entry.name] == nil {
            throw SafetensorsError("the tensor \(entry.name) is missing")
        }
        self.init(table)
        for entry in table.entries {
            if let tensor = found[entry.name] { file.copy(tensor, to: self[entry]) }
        }
    }
}
