import ArgumentParser

/// A challenger: `MODEL`, `MODEL,RULES` or `,RULES` for the champion's model under other rules.
struct ChallengerArgument: ExpressibleByArgument {
    /// nil: the champion's.
    let model: String?
    /// nil: the champion's.
    let rules: String?

    init?(argument: String) {
        let parts = argument.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        model = parts.first.flatMap { $0.isEmpty ? nil : String($0) }
        rules = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
        if model == nil && rules == nil { return nil }
    }

    /// What reports call it.
    var name: String { [model, rules].compactMap(\.self).joined(separator: ",") }
}
