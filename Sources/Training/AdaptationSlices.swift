import Sequences
import Transactions

/// Which events a champion learns from, which it rehearses, and which it is measured on. Labels by row, −1 for none.
struct AdaptationSlices {
    /// New events that train.
    let new: [Int8]
    /// Old events that are rehearsed.
    let rehearsed: [Int8]
    /// What trains: new and rehearsed together.
    let training: [Int8]
    /// New events of the last days with labels: measured on, never trained on.
    let late: [Int8]
    /// Old events of users whose old events are never rehearsed.
    let old: [Int8]
    let until: Int64
    let oldFrom: Int64

    init(_ dataset: HistoricalDataset, _ options: AdaptationOptions) {
        let until = options.training.untilMilliseconds ?? ((dataset.times.max() ?? 0) &+ 1)
        let day = Double(EventTime.millisecondsPerDay)
        let since = options.sinceMilliseconds
        let lateFrom = max(
            since,
            until &- dataset.extractor.schema.labelDelayMilliseconds
                &- Int64(options.training.validationDays * day))
        let oldFrom = since &- Int64(options.oldDays * day)
        let known = dataset.labels(knownBy: until)
        // A user's part depends on the seed and the user alone.
        let chance = (0..<dataset.userCount).map { user in
            var random = SeededRandom(seed: options.training.seed ^ UInt64(user) &* 0x9e37_79b9_7f4a_7c15)
            return (
                heldOut: Double.random(in: 0..<1, using: &random), rehearsed: Double.random(in: 0..<1, using: &random)
            )
        }
        func isHeldOut(_ row: Int) -> Bool { chance[Int(dataset.users[row])].heldOut < options.heldOutShare }
        func labels(where isIn: (_ row: Int, _ time: Int64) -> Bool) -> [Int8] {
            known.indices.map { known[$0] >= 0 && isIn($0, dataset.times[$0]) ? known[$0] : -1 }
        }
        let new = labels { $1 >= since && $1 < lateFrom }
        late = labels { $1 >= lateFrom }
        old = labels { $1 >= oldFrom && $1 < since && isHeldOut($0) }
        let candidates = labels { $1 >= oldFrom && $1 < since && !isHeldOut($0) }
        let wanted = options.rehearsal * Double(new.count { $0 >= 0 })
        let share = wanted / Double(max(1, candidates.count { $0 >= 0 }))
        let rehearsed = candidates.indices.map {
            chance[Int(dataset.users[$0])].rehearsed < share ? candidates[$0] : -1
        }
        training = zip(new, rehearsed).map { max($0, $1) }
        self.rehearsed = rehearsed
        self.new = new
        self.until = until
        self.oldFrom = oldFrom
    }
}
