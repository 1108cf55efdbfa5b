import ArgumentParser
import Foundation
import Scoring

/// Where a model is to be written. Saving replaces the directory, so it must not be one that holds anything else.
struct ModelDestination {
    let path: String
    /// What the path is given by.
    var option = "--out"

    /// Found out before an hour of training rather than after it.
    ///
    /// - Throws: `ValidationError` for what is no place for a model, `Failure` where nothing can be written.
    func check() throws {
        let place = Model.place(of: path)
        let files = FileManager.default
        var isDirectory: ObjCBool = false
        guard files.fileExists(atPath: place.path, isDirectory: &isDirectory) else {
            return try checkWritable(place.deletingLastPathComponent())
        }
        guard isDirectory.boolValue else {
            throw ValidationError("\(option) \(path): is a file, a directory is written")
        }
        let contents = (try? files.contentsOfDirectory(atPath: place.path)) ?? []
        guard contents.isEmpty || contents.contains(Model.File.configuration.rawValue) else {
            throw ValidationError(
                "\(option) \(path): holds other things than a model and would be replaced; choose another")
        }
    }

    /// Carries out the writing, and tells which adapters went with the model that stood there.
    ///
    /// - Throws: `Failure` where the disk refuses: that is no wrong usage.
    func replace(_ save: () throws -> Void) throws {
        let before = ModelAdapter.names(in: path)
        do {
            try save()
        } catch {
            throw Failure("\(error)")
        }
        let gone = Set(before).subtracting(ModelAdapter.names(in: path)).sorted()
        guard !gone.isEmpty else { return }
        let names = gone.joined(separator: ", ")
        Terminal.say("\(path): dropped the adapters of the model that was replaced, they fit no other: \(names)")
    }

    /// Tries it in a directory, or in the nearest above that exists: permissions alone do not say it of every file system.
    private func checkWritable(_ directory: URL) throws {
        let files = FileManager.default
        guard files.fileExists(atPath: directory.path) || directory.path == "/" else {
            return try checkWritable(directory.deletingLastPathComponent())
        }
        let trial = directory.appendingPathComponent(".vigil.\(ProcessInfo.processInfo.processIdentifier).tmp")
        do {
            try files.createDirectory(at: trial, withIntermediateDirectories: false)
            try files.removeItem(at: trial)
        } catch {
            throw Failure(
                "\(option) \(path): cannot be written: \(directory.path): \(ModelFault.reason(error))")
        }
    }
}
