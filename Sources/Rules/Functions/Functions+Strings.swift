extension Functions {
    static let strings: [(String, Implementation)] = []
    static let quote: Implementation = { _, _ in .noSuchOverload }
    static let times: [(String, Implementation)] = []
    static let mathematics: [(String, Implementation)] = []
}
