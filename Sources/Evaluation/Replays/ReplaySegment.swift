public import Scoring

/// Which group of one dimension each row belongs to: a terminal, a category, a band of a number.
public struct ReplaySegment: Sendable {
    /// The entity's or feature's name in the schema.
    public var name: String
    /// The groups by their codes; the one of rows without a value is the empty text.
    public package(set) var groups: [String] = []
    /// (rows) each row's group.
    public package(set) var codes = Column<UInt32>()

    package init(name: String) {
        self.name = name
    }
}
