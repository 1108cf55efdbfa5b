public import Foundation
public import Transformer

/// What stands in a model directory already.
extension Model {
    /// Links followed at most, as the system does.
    private static let mostLinks = 40

    /// Where a model directory lies: what symbolic links lead to, whether it is there yet or not.
    public static func place(of directory: String) -> URL {
        var place = URL(fileURLWithPath: directory, isDirectory: true).standardizedFileURL.resolvingSymlinksInPath()
        // A link to what is not there yet is left as it is.
        for _ in 0..<mostLinks {
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place.path) else { break }
            let parent = place.deletingLastPathComponent()
            place = URL(fileURLWithPath: target, isDirectory: true, relativeTo: parent)
                .standardizedFileURL.resolvingSymlinksInPath()
        }
        return place
    }

    /// What training left in a model directory: `metrics.json` and `metrics.csv`.
    public static func trainingRecords(in directory: String) -> (metrics: Data?, history: Data?) {
        let place = URL(fileURLWithPath: directory, isDirectory: true)
        func data(_ file: File) -> Data? { try? Data(contentsOf: place.appendingPathComponent(file.rawValue)) }
        return (data(.metrics), data(.history))
    }

    /// At what precision a model directory keeps its matrices.
    ///
    /// - Throws: `ModelFault` where the file is no model's.
    public static func storedPrecision(in directory: String) throws(ModelFault) -> WeightPrecision {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        do throws(SafetensorsError) {
            return try SafetensorsFile.read(prefix + File.parameters.rawValue).precision
        } catch {
            throw ModelFault(file: prefix + File.parameters.rawValue, error)
        }
    }

    /// Copies the adapters that stand on this model as a base, except those that the new directory has already.
    func keepAdapters(of old: String, in new: String) throws {
        let taken = Set(ModelAdapter.names(in: new))
        for name in ModelAdapter.names(in: old) where !taken.contains(name) {
            guard let adapter = try? ModelAdapter.load(name, from: old), adapter.baseHash == hash else { continue }
            try adapter.save(as: name, in: new)
        }
    }

    /// A directory's file of weights at whatever precision, if they are this model's.
    func storedWeights(in directory: String?) -> SafetensorsFile? {
        guard let directory, let file = try? SafetensorsFile.read("\(directory)/\(File.parameters.rawValue)"),
            let stored = try? Parameters(parameters.table, file)
        else { return nil }
        let isSame = zip(stored.values, parameters.values).allSatisfy { $0.bitPattern == $1.bitPattern }
        return isSame ? file : nil
    }
}
