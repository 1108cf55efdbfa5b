import Crypto
import Foundation
import Sequences
import Transformer

extension Model {
    /// The three JSON files as they are written: sorted keys, so that equal models give equal bytes.
    static func json(
        _ configuration: TransformerConfiguration, threshold: Float, _ encoder: Encoder, _ calibration: Calibration,
        adapter: String? = nil
    ) throws -> [(file: File, data: Data)] {
        let writer = JSONEncoder()
        writer.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let file = ModelConfigurationFile(threshold: threshold, transformer: configuration, adapter: adapter)
        return [
            (.configuration, try writer.encode(file)), (.encoder, try writer.encode(encoder)),
            (.calibration, try writer.encode(calibration)),
        ]
    }

    /// SHA-256 over the JSON files and every tensor's name and values, in hexadecimal.
    static func hash(_ json: [(file: File, data: Data)], _ parameters: Parameters) -> String {
        var hash = SHA256()
        for (file, data) in json {
            hash.update(data: Data("\(file.rawValue) \(data.count)\n".utf8))
            hash.update(data: data)
        }
        for entry in parameters.table.entries {
            hash.update(data: Data("\(entry.name) \(entry.count)\n".utf8))
            hash.update(bufferPointer: UnsafeRawBufferPointer(parameters[entry]))
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Why the parts of a model do not make one, if they do not.
    static func fault(
        _ configuration: TransformerConfiguration, _ parameters: Parameters, _ encoder: Encoder,
        _ calibration: Calibration, _ threshold: Float, in directory: String
    ) -> ModelFault? {
        func fault(_ file: File, _ field: String, _ detail: String) -> ModelFault {
            ModelFault(file: directory + file.rawValue, field: field, detail: detail)
        }
        do throws(TransformerError) {
            try configuration.validate()
        } catch {
            return fault(.configuration, "transformer", error.message)
        }
        guard configuration.numbers == encoder.numberCount else {
            return fault(
                .configuration, "transformer.numbers",
                "is \(configuration.numbers), the encoder gives \(encoder.numberCount)")
        }
        guard configuration.binCounts == encoder.binCounts else {
            return fault(
                .configuration, "transformer.binCounts",
                "are \(configuration.binCounts), the encoder's are \(encoder.binCounts)")
        }
        guard (0...1).contains(threshold) else {
            return fault(.configuration, "threshold", "is \(threshold), must be in 0...1")
        }
        if let detail = calibration.fault { return fault(.calibration, "kind", detail) }
        guard parameters.table == TensorTable(configuration) else {
            return fault(.parameters, "header", "its tensors are not the configuration's")
        }
        guard parameters.values.allSatisfy(\.isFinite) else {
            let tensor = parameters.table.entries.first { !parameters[$0].allSatisfy(\.isFinite) }
            return fault(.parameters, tensor?.name ?? "padding", "holds a value that is not finite")
        }
        return nil
    }
}
