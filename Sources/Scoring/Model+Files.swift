public import Foundation
import Sequences
public import Transformer

extension Model {
    /// Reads a model directory, all of it or nothing.
    ///
    /// - Parameter adapter: which of its adapters to put on; `noAdapter` for the base alone, nil for the one that the
    ///   directory was saved with, if any.
    /// - Throws: `ModelFault` naming the file and, where there is one, the field.
    public static func load(from directory: String, adapter: String? = nil) throws(ModelFault) -> Model {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        let file = try read(ModelConfigurationFile.self, prefix, .configuration)
        guard file.version == ModelConfigurationFile.currentVersion else {
            throw ModelFault(
                file: prefix + File.configuration.rawValue, field: "version",
                detail: "is \(file.version), this build reads \(ModelConfigurationFile.currentVersion)")
        }
        do throws(TransformerError) {
            try file.transformer.validate()
        } catch {
            throw ModelFault(
                file: prefix + File.configuration.rawValue, field: "transformer", detail: error.message)
        }
        let encoder = try read(Encoder.self, prefix, .encoder)
        let calibration = try read(Calibration.self, prefix, .calibration)
        let parameters: Parameters
        do throws(SafetensorsError) {
            let weights = try SafetensorsFile.read(prefix + File.parameters.rawValue)
            parameters = try Parameters(TensorTable(file.transformer), weights)
            try parameters.checkFinite(in: weights)
        } catch {
            throw ModelFault(file: prefix + File.parameters.rawValue, error)
        }
        let base = try Model(file.transformer, parameters, encoder, calibration, file.threshold, directory: prefix)
        guard let name = adapter ?? file.adapter, name != noAdapter else { return base }
        return try Model(base, with: try ModelAdapter.load(name, from: prefix), named: name, in: prefix)
    }

    /// Writes the directory beside its place and moves it there: a reader sees the old model, the new one or, for a
    /// moment, none.
    ///
    /// A directory that is already there is replaced; of what it holds only the adapters of the same base stay. Where a
    /// symbolic link is there, it stays and what it leads to is replaced. A model with an adapter becomes its base and the
    /// adapter apart, which `load` puts on again.
    /// - Parameters:
    ///   - metrics: what goes into `metrics.json`.
    ///   - history: what goes into `metrics.csv`.
    ///   - precision: what the matrices are stored at. Of less than float32 the model read back is another one: save
    ///     `rounded(to:)` for one that is not.
    ///   - baseIn: the directory that the base of an adapter was read from; its weights stay as they are stored there.
    /// - Throws: `ModelFault` where the disk refuses.
    public func save(
        to directory: String, metrics: Data? = nil, history: Data? = nil, precision: WeightPrecision = .float32,
        baseIn source: String? = nil
    ) throws(ModelFault) {
        let base = attached?.base ?? self
        let place = Self.place(of: directory)
        let parent = place.deletingLastPathComponent()
        let suffix = "\(ProcessInfo.processInfo.processIdentifier).tmp"
        let fresh = parent.appendingPathComponent(".\(place.lastPathComponent).new.\(suffix)", isDirectory: true)
        let old = parent.appendingPathComponent(".\(place.lastPathComponent).old.\(suffix)", isDirectory: true)
        let files = FileManager.default
        do {
            try? files.removeItem(at: fresh)
            try? files.removeItem(at: old)
            try files.createDirectory(at: fresh, withIntermediateDirectories: true)
            let json = try Self.json(
                base.configuration, threshold: base.threshold, base.encoder, base.calibration, adapter: attached?.name)
            for (file, data) in json {
                try data.write(to: fresh.appendingPathComponent(file.rawValue))
            }
            try metrics?.write(to: fresh.appendingPathComponent(File.metrics.rawValue))
            try history?.write(to: fresh.appendingPathComponent(File.history.rawValue))
            let weights = fresh.appendingPathComponent(File.parameters.rawValue)
            if attached != nil, let stored = base.storedWeights(in: source) {
                try stored.write(to: weights.path)
            } else {
                try base.parameters.save(to: weights.path, metadata: ["format": "pt"], precision: precision)
            }
            if let attached { try attached.adapter.save(as: attached.name, in: fresh.path) }
            try base.keepAdapters(of: place.path, in: fresh.path)
            if files.fileExists(atPath: place.path) { try files.moveItem(at: place, to: old) }
            do {
                try files.moveItem(at: fresh, to: place)
            } catch {
                try? files.moveItem(at: old, to: place)
                throw error
            }
            try? files.removeItem(at: old)
        } catch {
            try? files.removeItem(at: fresh)
            throw ModelFault(file: directory, detail: "cannot be written: \(ModelFault.reason(error))")
        }
    }

    private static func read<Value: Decodable>(
        _ type: Value.Type, _ prefix: String, _ file: File
    ) throws(ModelFault) -> Value {
        let path = prefix + file.rawValue
        do {
            return try JSONDecoder().decode(type, from: try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as DecodingError {
            let (field, detail) = explained(error)
            throw ModelFault(file: path, field: field, detail: detail)
        } catch let error as EncoderFault {
            throw ModelFault(file: path, field: "fields", detail: error.detail)
        } catch {
            throw ModelFault(file: path, detail: "cannot be read: \(ModelFault.reason(error))")
        }
    }

    static func explained(_ error: DecodingError) -> (field: String?, detail: String) {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String? {
            let keys = (context.codingPath + [last].compactMap(\.self)).map {
                $0.intValue.map { "\($0)" } ?? $0.stringValue
            }
            return keys.isEmpty ? nil : keys.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return (path(context, key), "is missing")
        case .typeMismatch(let type, let context): return (path(context), "must be \(name(of: type))")
        case .valueNotFound(let type, let context): return (path(context), "must be \(name(of: type)), not null")
        case .dataCorrupted(let context):
            let field = path(context)
            return (field, field == nil ? "is no JSON" : "has a value that is none of those it may have")
        @unknown default: return (nil, "cannot be understood")
        }
    }

    /// What JSON calls a type.
    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is any Numeric.Type: "a number"
        case is [Any].Type: "a list"
        default: "an object"
        }
    }
}
