/// Every number of a JSON value by its path, such as `metrics.recall`, in the order of the paths' parts.
///
/// Decoded rather than cast: Foundation on Linux takes the numbers 0 and 1 for truths.
struct NumberPaths: Decodable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private(set) var numbers: [(path: String, value: Double)] = []

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            for key in object.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
                add(try object.decode(NumberPaths.self, forKey: key), at: key.stringValue)
            }
        } else if var list = try? decoder.unkeyedContainer() {
            while !list.isAtEnd {
                let index = list.currentIndex
                add(try list.decode(NumberPaths.self), at: "\(index)")
            }
        } else {
            let single = try decoder.singleValueContainer()
            if (try? single.decode(Bool.self)) == nil, let number = try? single.decode(Double.self) {
                numbers = [("", number)]
            }
        }
    }

    private mutating func add(_ other: NumberPaths, at key: String) {
        for (path, value) in other.numbers { numbers.append((path.isEmpty ? key : "\(key).\(path)", value)) }
    }
}
