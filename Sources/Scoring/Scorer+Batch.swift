internal import Rules
internal import Sequences
internal import Transactions
internal import Transformer

extension Scorer {
    /// One event of the batch, with what rules and reasons need to know of the moment before it.
    struct PreparedEvent {
        /// How many events of the same user stand before it in the batch; -1 for a duplicate.
        var wave = -1
        var row = 0
        var late = false
        var time = EventTime(milliseconds: 0)
        /// Where the batch's observations hold what rules see of the moment.
        var observation = RuleObservations.Row.none
    }

    /// Extracts every event's features in order and fills `rows` with the first wave: each user's first event.
    ///
    /// Waves let several events of one user share a batch while each cache still ends at the event just scored.
    func prepare(_ part: BatchPart, ledger: EntityLedger) {
        rows.removeAll()
        prepared.removeAll(keepingCapacity: true)
        rawOfBatch.removeAll(keepingCapacity: true)
        observations.removeAll()
        challengers?.begin(part.count)
        findEntities(of: part, ledger)
        for start in stride(from: 0, to: part.count, by: Self.touchedTogether) {
            let group = start..<min(start + Self.touchedTogether, part.count)
            touchUsers(of: part, group)
            for index in group { part.lend(index) { prepare($0.transaction, of: $0.user, number: index, ledger) } }
        }
    }

    private func prepare(_ transaction: Transaction, of user: UserState, number index: Int, _ ledger: EntityLedger) {
        open(user)
        let id = StableHash.identifier(transaction.id)
        guard !user.withOpen({ $0.contains(id: id) }) else {
            prepared.append(PreparedEvent())
            rawOfBatch.append(contentsOf: repeatElement(0, count: raw.count))
            return
        }
        let cache = warmCache(of: user)
        var event = PreparedEvent()
        event.wave = user.eventsInBatch
        user.withOpen { history in
            event.late = history.isLate(transaction.time)
            event.time = history.effectiveTime(of: transaction.time)
            readRisks(ofEvent: index, at: event.time, ledger)
            event.observation = evaluator.observe(
                transaction, at: event.time, history: history, profile: &user.profile, risks: risks,
                into: &observations)
        }
        // Windows grow by an entry an event at most, so now and then is enough.
        if user.withOpen({ $0.eventsSeen }) % 16 == 0 { countAggregates(of: user) }
        // The buffer outside, the history inside: the other way round the history would be copied.
        raw.withUnsafeMutableBufferPointer { raw in
            user.withOpen { extractor.extract(transaction, history: $0, risks: risks, into: raw) }
        }
        if event.wave == 0 {
            appendRow(time: event.time, cache: cache)
            event.row = rows.count - 1
        }
        hotHistoryBytes += user.withOpen { history in
            challengers?.take(
                transaction, at: index, time: event.time, history: history, risks: risks, isFirst: event.wave == 0,
                raw, numbers, bins)
            return append(transaction, id: id, to: &history)
        }
        rawOfBatch.append(contentsOf: raw)
        user.eventsInBatch += 1
        prepared.append(event)
    }

    /// Users whose memory is waited for together: few enough that what was read first is still near when it is used.
    private static let touchedTogether = 16

    /// Reads what will be needed of users beforehand: first where their histories and aggregates are, then these.
    private func touchUsers(of part: BatchPart, _ group: Range<Int>) {
        for index in group { touched &+= part.lend(index) { $0.user.touch() } }
        for index in group {
            touched &+= part.lend(index) { Int(truncatingIfNeeded: $0.user.withOpen { $0.touch() }) }
            touched &+= part.lend(index) { Int(truncatingIfNeeded: $0.user.profile.aggregates.touch()) }
        }
        for index in group {
            touched &+= part.lend(index) { Int(truncatingIfNeeded: $0.user.profile.aggregates.touchWindows()) }
        }
    }

    /// Finds all entities of the batch first: their reads then wait for memory together instead of one after the other.
    func findEntities(of part: BatchPart, _ ledger: EntityLedger) {
        slots.removeAll(keepingCapacity: true)
        guard extractor.entities.count > 0 else { return }
        for index in 0..<part.count {
            part.lend(index) { extractor.entities.find($0.transaction, ledger: ledger, into: &slots) }
        }
        touched &+= extractor.entities.touch(slots, ledger: ledger)
    }

    /// Puts the events to score in order of wave, and of place in the batch within one.
    func sortByWave() {
        let waves = prepared.reduce(-1) { max($0, $1.wave) } + 1
        waveStarts.removeAll(keepingCapacity: true)
        waveStarts.append(contentsOf: repeatElement(0, count: waves + 2))
        for event in prepared where event.wave >= 0 { waveStarts[event.wave + 2] += 1 }
        for wave in 0..<waves { waveStarts[wave + 2] += waveStarts[wave + 1] }
        waveEvents.removeAll(keepingCapacity: true)
        waveEvents.append(contentsOf: repeatElement(0, count: waveStarts[waves + 1]))
        for index in prepared.indices where prepared[index].wave >= 0 {
            waveEvents[waveStarts[prepared[index].wave + 1]] = index
            waveStarts[prepared[index].wave + 1] += 1
        }
        waveStarts.removeLast()
    }

    func fillRows(of events: Range<Int>, _ part: BatchPart) {
        rows.removeAll()
        challengers?.beginWave()
        for place in events {
            let index = waveEvents[place]
            guard let cache = part[index].user.cache else { continue }
            loadRaw(ofEvent: index)
            appendRow(time: prepared[index].time, cache: cache)
            prepared[index].row = rows.count - 1
            challengers?.refill(index, time: prepared[index].time, raw, numbers, bins)
        }
    }

    /// Puts the event's raw features back into `raw`.
    func loadRaw(ofEvent index: Int) {
        for feature in raw.indices { raw[feature] = rawOfBatch[index * raw.count + feature] }
    }

    private func readRisks(ofEvent index: Int, at time: EventTime, _ ledger: EntityLedger) {
        let count = extractor.entities.count
        slots.withUnsafeBufferPointer { slots in
            let own = UnsafeBufferPointer(rebasing: slots[index * count..<(index + 1) * count])
            extractor.entities.read(own, at: time, ledger: ledger, into: &risks)
        }
    }

    /// Appends the features in `raw`; answers by how many bytes the history has grown.
    func append(_ transaction: Transaction, id: UInt64, to history: inout UserHistory) -> Int {
        let before = history.byteCount
        raw.withUnsafeBufferPointer {
            history.append(raw: $0, time: transaction.time, id: id, amount: transaction.amount)
        }
        return history.byteCount - before
    }

    /// Encodes `raw` and adds it as a row.
    func appendRow(time: EventTime, cache: KeyValueCache) {
        encoding.encode(raw, numbers: &numbers, bins: &bins)
        rows.append(numbers: numbers, bins: bins, timeMilliseconds: time.milliseconds, cache: cache)
    }

    func decide(
        _ event: PreparedEvent, on transaction: Transaction, of user: UserState, _ ledger: EntityLedger
    ) -> Decision {
        let modelScore = model.calibration.probability(logit: logits[event.row])
        let outcome = evaluator.evaluate(
            transaction, modelScore: Double(modelScore), lastDecision: user.profile.lastDecision,
            observations: observations, row: event.observation, ledger: ledger)
        let (disposition, decidedBy) = outcome.decision(modelScore: Double(modelScore)) {
            thresholds.disposition(of: Float($0))
        }
        user.profile.lastDecision = disposition
        return Decision(
            disposition: disposition, modelScore: modelScore, score: Float(outcome.score), decidedBy: decidedBy,
            hits: outcome.hits)
    }
}
