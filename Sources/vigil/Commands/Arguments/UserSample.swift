import ArgumentParser

/// A share of the users: `users:10%` or `users:0.1`.
struct UserSample: ExpressibleByArgument {
    let share: Double

    init?(argument: String) {
        guard argument.hasPrefix("users:") else { return nil }
        let text = argument.dropFirst("users:".count)
        let value = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
        guard let value, value > 0, value <= 1 else { return nil }
        share = value
    }
}
