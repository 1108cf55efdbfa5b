extension Parameters {
    /// Writes all tensors to a file, atomically, in the table's order.
    /// - Throws: `SafetensorsError` where the disk refuses.
    public func save(
        to path: String, metadata: [String: String] = [:], precision: WeightPrecision = .float32
    ) throws(SafetensorsError) {
        let tensors = table.entries.flatMap { entry in
            SafetensorsContent.stored(entry.name, entry.shape, UnsafeBufferPointer(self[entry]), precision)
        }
        try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
    }

    /// The values that a file of this precision gives back.
    public func rounded(to precision: WeightPrecision) -> Parameters {
        let rounded = copy()
        guard precision != .float32 else { return rounded }
        for entry in table.entries where entry.shape.count == 2 && entry.shape[1] > 1 {
            let values = rounded[entry]
            for start in stride(from: 0, to: entry.count, by: entry.shape[1]) {
                let places = start..<start + entry.shape[1]
                if precision == .bfloat16 {
                    for place in places { values[place] = values[place].roundedToBFloat16 }
                } else {
                    let row = QuantisedRow(values[places])
                    for (place, step) in zip(places, row.values) { values[place] = Float(step) * row.scale }
                }
            }
        }
        return rounded
    }

    /// Reads a model's weights: every tensor of the table exactly once with its shape, and no other. Matrices may be
    /// stored at any `WeightPrecision`.
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
                if try Self.isScale(tensor, of: table, in: file) { continue }
                throw SafetensorsError(at: at, "the model has no tensor \(tensor.name)")
            }
            guard tensor.shape == entry.shape else {
                throw SafetensorsError(
                    at: at, "\(tensor.name) has shape \(tensor.shape), the model's is \(entry.shape)")
            }
            guard tensor.type == .float32 || entry.shape.count == 2 else {
                throw SafetensorsError(at: at, "\(tensor.name) has type \(tensor.type.rawValue), the model's is F32")
            }
            if tensor.type == .int8, file[tensor.name + WeightPrecision.scaleSuffix] == nil {
                throw SafetensorsError(at: at, "\(tensor.name) has type I8 but no \(tensor.name).scale")
            }
            found[tensor.name] = tensor
        }
        for entry in table.entries where found[entry.name] == nil {
            throw SafetensorsError("the tensor \(entry.name) is missing")
        }
        self.init(table)
        for entry in table.entries {
            if let tensor = found[entry.name] { file.read(tensor, into: self[entry]) }
        }
    }

    /// Holds weights to be numbers.
    ///
    /// - Parameter file: what they were read from.
    /// - Throws: as `SafetensorsTensor.checkFinite`.
    public func checkFinite(in file: SafetensorsFile) throws(SafetensorsError) {
        for entry in table.entries {
            if let tensor = file[entry.name] { try tensor.checkFinite(self[entry]) }
        }
    }

    /// Whether a tensor holds the row scales of an int8 matrix of the model.
    private static func isScale(
        _ tensor: SafetensorsTensor, of table: TensorTable, in file: SafetensorsFile
    ) throws(SafetensorsError) -> Bool {
        let suffix = WeightPrecision.scaleSuffix
        guard tensor.name.hasSuffix(suffix), let entry = table[String(tensor.name.dropLast(suffix.count))],
            file[entry.name]?.type == .int8
        else { return false }
        guard tensor.type == .float32, tensor.shape == [entry.shape[0]] else {
            throw SafetensorsError(at: tensor.headerOffset, "\(tensor.name) must be F32 of shape [\(entry.shape[0])]")
        }
        return true
    }
}
