public import Sequences
internal import Transformer

/// What is kept of one user between events: the history that decides, and the cache that makes scoring cheap.
///
/// While hot the history is open and keys and values are cached; while cold the history is packed and there is nothing
/// else. Owned by the thread of its `Scorer`.
public final class UserState {
    /// What rules know of the user.
    public internal(set) var profile: UserProfile
    /// Input offset of the newest event applied, for checkpoints; -1 before the first. The owner's, as `isDirty`: no scorer
    /// looks at them.
    public var newestOffset: Int64
    /// Whether the owner has noted that the user changed since the last checkpoint.
    public var isDirty = false

    /// The history while open; empty, with its shape, while packed.
    var open: UserHistory
    private(set) var packed: PackedHistory?
    /// Cached keys and values; nil while cold. Rebuilt from the history without changing any score.
    var cache: KeyValueCache?
    /// When the user was last used, in batches of the scorer.
    var usedAt: UInt64 = 0
    /// Bytes of the aggregates when they were last counted; see `Scorer.countAggregates`.
    var aggregateBytes = 0
    /// Whether the scorer lists the user among the hot ones.
    var isListed = false
    /// Which of a group's scorers the user belongs to.
    package internal(set) var scorer = 0
    /// The user's events so far in the batch being scored.
    var eventsInBatch = 0

    /// A user from a restored history, or a new one.
    public init(history: UserHistory, profile: UserProfile = UserProfile(), newestOffset: Int64 = -1) {
        open = history
        self.profile = profile
        self.newestOffset = newestOffset
    }

    /// A cold user.
    ///
    /// - Parameters: what the history was made with; see `PackedHistory.unpacked`.
    public init(
        packed: PackedHistory, profile: UserProfile = UserProfile(), rawCount: Int, capacity: Int,
        newestOffset: Int64 = -1
    ) {
        open = UserHistory(rawCount: rawCount, capacity: capacity)
        self.profile = profile
        self.packed = packed
        self.newestOffset = newestOffset
    }

    /// Brings the aggregates in line with the rules before the next event does, so that those that go are gone.
    public func adopt(_ layout: AggregateLayout) {
        profile.changeAggregates { $0.adopt(layout) }
    }

    /// The retained tokens; everything a score depends on.
    public var history: UserHistory {
        packed?.unpacked(rawCount: open.rawCount, capacity: open.capacity) ?? open
    }

    /// The same packed: as it is while cold, made anew while hot.
    public var packedHistory: PackedHistory { packed ?? PackedHistory(open) }

    /// Bytes this user takes while cold, this object included.
    public var coldByteCount: Int {
        // 16 bytes before an object's first field, 32 before an array's first element.
        16 + MemoryLayout<UserHistory>.stride + 64 + 32 + packedHistory.byteCount + profile.aggregateBytes
    }

    /// Works on the open history in its place: reading it as a property would copy it, and count references to its arrays.
    @inline(__always)
    func withOpen<Result>(_ body: (inout UserHistory) -> Result) -> Result { body(&open) }

    /// Reads the object's cache lines; see `UserHistory.touch`. Of what is the owner's, who may write meanwhile, nothing.
    @inline(__always)
    func touch() -> Int {
        open.rawCount &+ open.count &+ Int(truncatingIfNeeded: usedAt) &+ (isListed ? 1 : 0)
    }

    /// Opens a packed history and the aggregates; with another capacity than it had, keeps the newest tokens.
    func unpack(capacity: Int) {
        profile.unpack()
        if let packed {
            open = packed.unpacked(rawCount: open.rawCount, capacity: capacity)
            self.packed = nil
        } else if open.capacity != capacity {
            open = PackedHistory(open).unpacked(rawCount: open.rawCount, capacity: capacity)
        }
    }

    /// Packs an open history and the aggregates.
    func pack() {
        profile.pack()
        guard packed == nil else { return }
        packed = PackedHistory(open)
        open = UserHistory(rawCount: open.rawCount, capacity: open.capacity)
    }
}
