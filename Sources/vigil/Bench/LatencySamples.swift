/// Milliseconds from the moment an event was handed to the producer until its offset was first seen committed.
struct LatencySamples {
    private(set) var alerts: [Double] = []
    private(set) var events: [Double] = []

    /// - Parameters:
    ///   - sightings: oldest first; every event handed over must be in one of them.
    ///   - firsts: for each partition, the first offset that counts.
    init(sightings: [ProgressWatch.Sighting], handed: [LoadProducer.Handed], from firsts: [Int]) {
        for (partition, handed) in handed.enumerated() {
            var flagged = handed.flagged[...].drop { $0 < firsts[partition] }
            var offset = firsts[partition]
            for sighting in sightings {
                while offset < Int(sighting.offsets[partition]), offset < handed.nanoseconds.count {
                    let elapsed = Double(sighting.nanoseconds &- handed.nanoseconds[offset]) / 1e6
                    events.append(elapsed)
                    if flagged.first == offset {
                        alerts.append(elapsed)
                        flagged.removeFirst()
                    }
                    offset += 1
                }
            }
        }
    }
}
