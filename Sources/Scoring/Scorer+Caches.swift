internal import Sequences
internal import Transactions
internal import Transformer

extension Scorer {
    /// The user's cache, rebuilt from the history where it is cold by rows that come before the event's own.
    func warmCache(of user: UserState) -> KeyValueCache {
        user.usedAt = batchNumber
        if let cache = user.cache { return cache }
        let kept = user.history.count
        let cache = caches.allocate(position: Int64(clamping: user.history.eventsSeen) - Int64(kept))
        user.history.forEachToken { token, time in
            raw.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: token) }
            appendRow(time: time, cache: cache)
        }
        user.cache = cache
        if !user.isListed {
            user.isListed = true
            hotUsers.append(user)
        }
        return cache
    }

    /// Frees the user's keys and values; the next event rebuilds them.
    func dropCache(of user: UserState) {
        guard let cache = user.cache else { return }
        caches.free(cache)
        user.cache = nil
    }

    /// Once the caches exceed their bound, drops the least recently used until a tenth of it is free.
    func evictBeyondBound() {
        guard caches.bytesInUse > cacheMemoryBytes else { return }
        let goal = cacheMemoryBytes / 10 * 9
        hotUsers.sort { $0.usedAt < $1.usedAt }
        for user in hotUsers {
            guard caches.bytesInUse > goal else { break }
            dropCache(of: user)
        }
        forgetColdUsers()
    }

    /// Takes users without a cache off the list of the hot ones.
    func forgetColdUsers() {
        hotUsers.removeAll { user in
            guard user.cache == nil else { return false }
            user.isListed = false
            return true
        }
    }
}
