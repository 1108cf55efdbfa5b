import ArgumentParser
import Foundation
import Scoring

/// Where a model is to be written. Saving replaces the directory, so it must not be one that holds anything else.
struct ModelDestination {
    let path: String

    /// Found out before an hour of training rather than after it.
    ///
    /// - Throws: `ValidationError`.
    func check() throws {
        let files = FileManager.default
        var isDirectory: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isDirectory) else {
            guard isWritable(URL(fileURLWithPath: path).deletingLastPathComponent()) else {
                throw ValidationError("--out \(path): the directory it lies in cannot be written")
            }
            return
        }
        guard isDirectory.boolValue else { throw ValidationError("--out \(path): is a file, a directory is written") }
        let contents = (try? files.contentsOfDirectory(atPath: path)) ?? []
        guard contents.isEmpty || contents.contains(Model.File.configuration.rawValue) else {
            throw ValidationError(
                "--out \(path): holds other things than a model and would be replaced; choose another")
        }
    }

    /// Whether it, or the nearest directory above that exists, can be written.
    private func isWritable(_ directory: URL) -> Bool {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory) || directory.path == "/" {
            return isDirectory.boolValue && FileManager.default.isWritableFile(atPath: directory.path)
        }
        return isWritable(directory.deletingLastPathComponent())
    }
}
