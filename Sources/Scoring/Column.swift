/// A column of a table that may have more rows than memory: like an array of plain values, but once it exceeds a
/// mebibyte it stands in a temporary file that is mapped into memory. So what a table of any length takes of memory that
/// cannot be written out is bounded.
public struct Column<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    /// Changed only while nobody shares it.
    @usableFromInline var storage: ColumnStorage
    @usableFromInline var base: UnsafeMutablePointer<Element>
    @usableFromInline var stored = 0
    /// Rows.
    @inlinable public var count: Int { stored }

    @inlinable
    public init() { self.init(capacity: 0) }

    @usableFromInline
    init(capacity: Int) {
        storage = ColumnStorage(byteCount: capacity * MemoryLayout<Element>.stride)
        base = storage.base.bindMemory(to: Element.self, capacity: Swift.max(1, capacity))
    }

    @inlinable
    public init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        base.initialize(repeating: element, count: count)
        stored = count
    }

    /// The elements of a sequence; those of another column are shared until either changes.
    @inlinable
    public init(_ elements: some Sequence<Element>) {
        if let own = elements as? Column {
            self = own
            return
        }
        self.init(capacity: elements.underestimatedCount)
        for element in elements { append(element) }
    }

    /// `count` elements, each a function of its index.
    @inlinable
    public init(count: Int, _ element: (Int) throws -> Element) rethrows {
        self.init(capacity: count)
        for index in 0..<count { (base + index).initialize(to: try element(index)) }
        stored = count
    }

    /// Why columns are in memory although they are large, if they are: the temporary directory has no room.
    public static var fault: String? { ColumnStorage.fault }

    @inlinable var capacity: Int { storage.byteCount / MemoryLayout<Element>.stride }

    /// - Complexity: O(1) amortised.
    @inlinable
    public mutating func append(_ element: Element) {
        if count == capacity || !isKnownUniquelyReferenced(&storage) { move(toCapacity: Swift.max(16, 2 * count)) }
        (base + count).initialize(to: element)
        stored += 1
    }

    @usableFromInline
    mutating func move(toCapacity capacity: Int) {
        var new = Column(capacity: capacity)
        new.base.update(from: base, count: count)
        new.stored = stored
        self = new
    }

    @inlinable
    public func withUnsafeBufferPointer<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeBufferPointer(start: base, count: count))
    }

    @inlinable
    public mutating func withUnsafeMutableBufferPointer<Result>(
        _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
    ) rethrows -> Result {
        if !isKnownUniquelyReferenced(&storage) { move(toCapacity: count) }
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeMutableBufferPointer(start: base, count: count))
    }
}

extension Column: RandomAccessCollection, MutableCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { count }

    @inlinable public subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count, "a row that the column does not have")
            return base[index]
        }
        set {
            precondition(index >= 0 && index < count, "a row that the column does not have")
            if !isKnownUniquelyReferenced(&storage) { move(toCapacity: count) }
            base[index] = newValue
        }
    }

    @inlinable
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try withUnsafeBufferPointer(body)
    }
}

extension Column: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension Column: Equatable where Element: Equatable {
    public static func == (left: Column, right: Column) -> Bool { left.elementsEqual(right) }
}
