/// The arguments of a call, made ready for the parser.
enum CallArguments {
    /// Joins a negative number to the option before it, as in `--epochs=-3`: alone the parser takes it for an option, and
    /// says that a value is missing instead of what is wrong with it.
    static func joined(_ arguments: some Sequence<String>) -> [String] {
        arguments.reduce(into: []) { joined, argument in
            let isNegative = argument.hasPrefix("-") && Double(argument) != nil
            if isNegative, let option = joined.last, option.hasPrefix("--"), option != "--", !option.contains("=") {
                joined[joined.count - 1] = "\(option)=\(argument)"
            } else {
                joined.append(argument)
            }
        }
    }
}
