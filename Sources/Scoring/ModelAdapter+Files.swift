import Foundation
import Transformer

extension ModelAdapter {
    /// The key of the file's metadata that holds the description, as JSON.
    static let metadataKey = "vigil.adapter"

    /// What an adapter may be called: it becomes a file's name.
    public static func isName(_ name: String) -> Bool {
        let allowed = name.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_.".unicodeScalars.contains($0))
        }
        return (1...64).contains(name.utf8.count) && allowed && !name.hasPrefix(".") && name != Model.noAdapter
    }

    /// Where a model directory keeps an adapter.
    public static func path(of name: String, in directory: String) -> String {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        return "\(prefix)adapters/\(name).safetensors"
    }

    /// The adapters of a model directory, sorted by name.
    public static func names(in directory: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/adapters")) ?? []
        return files.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(".safetensors".count)) }
            .filter(isName).sorted()
    }

    /// Writes the adapter into a model directory, where its base and other adapters stay as they are.
    ///
    /// - Throws: `ModelFault` where the disk refuses.
    public func save(as name: String, in directory: String) throws(ModelFault) {
        let path = Self.path(of: name, in: directory)
        guard Self.isName(name) else { throw ModelFault(file: path, detail: "\(name) cannot be an adapter's name") }
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let writer = JSONEncoder()
            writer.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let text = String(decoding: try writer.encode(description), as: UTF8.self)
            try SafetensorsWriter.write(
                tensors.map { SafetensorsContent($0.name, shape: $0.shape, $0.values) },
                metadata: ["format": "pt", Self.metadataKey: text], to: path)
        } catch {
            throw ModelFault(file: path, detail: "cannot be written: \(ModelFault.reason(error))")
        }
    }

    /// Reads an adapter of a model directory.
    ///
    /// - Throws: `ModelFault` naming the file and, where there is one, the byte.
    public static func load(_ name: String, from directory: String) throws(ModelFault) -> ModelAdapter {
        let path = path(of: name, in: directory)
        guard isName(name) else { throw ModelFault(file: path, detail: "\(name) cannot be an adapter's name") }
        let file: SafetensorsFile
        do throws(SafetensorsError) {
            file = try SafetensorsFile.read(path)
        } catch {
            throw ModelFault(file: path, error)
        }
        guard let text = file.metadata[metadataKey] else {
            throw ModelFault(
                file: path, field: "__metadata__", detail: "has no \(metadataKey): not an adapter of vigil")
        }
        let description: Description
        do {
            description = try JSONDecoder().decode(Description.self, from: Data(text.utf8))
        } catch {
            let (field, detail) = (error as? DecodingError).map(Model.explained) ?? (nil, "is no JSON")
            throw ModelFault(
                file: path, field: ["__metadata__", metadataKey, field].compactMap(\.self).joined(separator: "."),
                detail: detail)
        }
        if let stranger = file.tensors.first(where: { !description.tensors.contains($0.name) }) {
            throw ModelFault(
                file: path, field: "byte \(stranger.headerOffset)", detail: "\(stranger.name) is not of this adapter")
        }
        if let missing = description.tensors.first(where: { file[$0] == nil }) {
            throw ModelFault(file: path, field: missing, detail: "is missing")
        }
        var tensors: [Tensor] = []
        for tensor in file.tensors {
            guard let values = file.floats(tensor) else {
                throw ModelFault(file: path, field: "byte \(tensor.headerOffset)", detail: "\(tensor.name) must be F32")
            }
            do throws(SafetensorsError) {
                try tensor.checkFinite(values)
            } catch {
                throw ModelFault(file: path, error)
            }
            tensors.append(
                Tensor(
                    name: tensor.name, shape: tensor.shape, values: values, headerOffset: tensor.headerOffset))
        }
        return ModelAdapter(description, tensors)
    }
}
