internal import Sequences
internal import Transactions
internal import Transformer

extension Scorer {
    /// The user's cache, rebuilt from the history where it is cold by rows that come before the event's own.
    func warmCache(of user: UserState) -> KeyValueCache {
        user.usedAt = batchNumber
        if let cache = user.cache { return cache }
        let cache = user.withOpen { history in
            let cache = caches.allocate(position: Int64(clamping: history.eventsSeen) - Int64(history.count))
            history.forEachToken { token, time in
                raw.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: token) }
                appendRow(time: time, cache: cache)
            }
            return cache
        }
        user.cache = cache
        return cache
    }

    /// Opens the user's history and lists the user among the hot ones.
    func open(_ user: UserState) {
        user.usedAt = batchNumber
        guard !user.isListed else { return }
        user.unpack(capacity: model.historyLength)
        user.withOpen { extractor.ready(&$0) }
        user.isListed = true
        hotUsers.append(user)
        hotHistoryBytes += user.open.byteCount
        countAggregates(of: user)
    }

    /// Counts what the user's aggregates take anew.
    func countAggregates(of user: UserState) {
        let bytes = user.profile.aggregateBytes
        hotHistoryBytes += bytes - user.aggregateBytes
        user.aggregateBytes = bytes
    }

    /// Bytes that hot users take: keys, values, open histories and aggregates.
    public var hotBytes: Int { caches.bytesInUse + hotHistoryBytes }

    /// Users with an open history.
    public var hotCount: Int { hotUsers.count }

    /// Readies a user for the next batch.
    func endBatch(of user: UserState) {
        user.eventsInBatch = 0
        // Many users are seen but once, and one token is cheaper to put in again than memory is to come by.
        if user.withOpen({ $0.eventsSeen }) == 1 { dropCache(of: user) }
    }

    /// Frees the user's keys and values; the next event rebuilds them.
    func dropCache(of user: UserState) {
        guard let cache = user.cache else { return }
        caches.free(cache)
        user.cache = nil
    }

    /// Once hot users exceed their bound, the least recently used grow cold until a tenth of it is free.
    func evictBeyondBound() {
        guard hotBytes > cacheMemoryBytes else { return }
        let goal = cacheMemoryBytes / 10 * 9
        hotUsers.sort { $0.usedAt < $1.usedAt }
        for user in hotUsers {
            guard hotBytes > goal else { break }
            unlist(user)
            user.pack()
        }
        hotUsers.removeAll { !$0.isListed }
    }

    /// Frees what the scorer holds for a user.
    func unlist(_ user: UserState) {
        dropCache(of: user)
        guard user.isListed else { return }
        user.isListed = false
        hotHistoryBytes -= user.open.byteCount + user.aggregateBytes
        user.aggregateBytes = 0
    }
}
