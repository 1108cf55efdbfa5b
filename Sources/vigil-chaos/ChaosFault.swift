/// Why a run of chaos could not be made or judged; not a fault of what is tested.
struct ChaosFault: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
