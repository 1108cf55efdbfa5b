/// Why a command could not do its work, in words for whoever called it. Exit code 1.
struct Failure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
