import Foundation

/// A topic and its partitions: `transactions:16`.
struct TopicArgument: Encodable {
    let name: String
    let partitions: Int32

    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let partitions = Int32(parts[1]), (1...10_000).contains(partitions) else { return nil }
        let allowed = CharacterSet(charactersIn: "a"..."z").union(CharacterSet(charactersIn: "A"..."Z"))
            .union(CharacterSet(charactersIn: "0"..."9")).union(CharacterSet(charactersIn: "._-"))
        let name = String(parts[0])
        guard (1...249).contains(name.count), name.unicodeScalars.allSatisfy(allowed.contains), name != ".",
            name != ".."
        else { return nil }
        self.name = name
        self.partitions = partitions
    }
}
