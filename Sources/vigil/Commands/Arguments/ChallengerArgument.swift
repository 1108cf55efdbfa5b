import ArgumentParser
import Foundation
import Scoring

/// A challenger: `MODEL`, `MODEL,RULES`, `,RULES` for the champion's model under other rules, or with `@ADAPTER` after the
/// model for one of its adapters; `@ADAPTER` alone is one of the champion's directory.
struct ChallengerArgument: ExpressibleByArgument {
    /// nil: the champion's.
    let model: String?
    /// nil: the directory's own; `none` its base.
    let adapter: String?
    /// nil: the champion's.
    let rules: String?

    init?(argument: String) {
        let parts = argument.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var (model, adapter): (String, String?) = (parts.first ?? "", nil)
        // A directory may have the sign in its name.
        if !FileManager.default.fileExists(atPath: model), let sign = model.lastIndex(of: "@") {
            adapter = String(model[model.index(after: sign)...])
            model = String(model[..<sign])
        }
        if adapter?.isEmpty == true { return nil }
        self.model = model.isEmpty ? nil : model
        self.adapter = adapter
        rules = parts.count > 1 && !parts[1].isEmpty ? parts[1] : nil
        if self.model == nil && adapter == nil && rules == nil { return nil }
    }

    /// What reports call it.
    var name: String {
        let adapted = adapter.map { "\(model ?? "")@\($0)" } ?? model
        return [adapted, rules].compactMap(\.self).joined(separator: ",")
    }

    /// - Parameters:
    ///   - champion: the model where none is named.
    ///   - path: the champion's directory.
    func loaded(champion: Model, path: String) throws -> Model {
        guard model != nil || adapter != nil else { return champion }
        return try Model.load(from: model ?? path, adapter: adapter)
    }
}
