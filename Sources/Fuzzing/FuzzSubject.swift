/// A reader of bytes with valid examples of what it reads.
struct FuzzSubject {
    var corpus: [[UInt8]]
    var dictionary: [[UInt8]]
    /// Whether the input was taken for valid.
    var read: ([UInt8]) -> Bool

    init(_ corpus: [[UInt8]], words: [String] = [], read: @escaping ([UInt8]) -> Bool) {
        self.corpus = corpus
        dictionary = words.map { Array($0.utf8) }
        self.read = read
    }

    init(texts: [String], words: [String], read: @escaping ([UInt8]) -> Bool) {
        self.init(texts.map { Array($0.utf8) }, words: words, read: read)
    }
}
