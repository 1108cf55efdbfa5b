internal import Sequences
internal import Transformer

/// What the challengers of a scorer keep of one user beside the scorer's own `UserState`.
package final class ChallengerUser {
    /// (challengers)
    var profiles: [UserProfile]
    /// (models) cached keys and values; nil while cold.
    var caches: [KeyValueCache?]
    /// When the user was last used, in batches.
    var usedAt: UInt64 = 0
    /// Whether it is listed among those with caches.
    var isListed = false

    init(profiles: Int, caches: Int) {
        self.profiles = Array(repeating: UserProfile(), count: profiles)
        self.caches = Array(repeating: nil, count: caches)
    }
}
