/// A transaction with what is known of it.
public struct LabelledTransaction: Hashable, Sendable {
    public var transaction: Transaction
    /// Whether it was fraud; nil where the source does not say.
    public var isFraud: Bool?
    /// The line of the file it stands on, counted from one; the number of the transaction where there is no file.
    public var line: Int

    public init(transaction: Transaction, isFraud: Bool?, line: Int) {
        self.transaction = transaction
        self.isFraud = isFraud
        self.line = line
    }
}

/// Where labelled transactions come from: a file or a simulation.
public protocol LabelledTransactionSource {
    /// The next transaction, or nil at the end.
    mutating func next() throws(DataFileError) -> LabelledTransaction?

    /// The name that errors carry: a file's path.
    var name: String { get }
}
