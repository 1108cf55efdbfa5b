public import Sequences
internal import Transformer

/// What is kept of one user between events: the history that decides, and the cache that makes scoring cheap.
///
/// Owned by the thread of its `Scorer`.
public final class UserState {
    /// The retained tokens; everything a score depends on.
    public internal(set) var history: UserHistory
    /// What rules know of the user.
    public internal(set) var profile: UserProfile
    /// Input offset of the newest event applied, for checkpoints; -1 before the first.
    public var newestOffset: Int64

    /// Cached keys and values; nil while cold. Rebuilt from `history` without changing any score.
    var cache: KeyValueCache?
    /// When the cache was last used, in batches of the scorer.
    var usedAt: UInt64 = 0
    /// Whether the scorer lists the user among the hot ones.
    var isListed = false
    /// The user's events so far in the batch being scored.
    var eventsInBatch = 0

    /// A user from a restored history, or a new one.
    public init(history: UserHistory, profile: UserProfile = UserProfile(), newestOffset: Int64 = -1) {
        self.history = history
        self.profile = profile
        self.newestOffset = newestOffset
    }
}
