import Transactions

extension DayGenerator {
    /// From this day on, part of what passes a terminal of about the usual size is fraud.
    mutating func compromiseTerminal(from day: Int) {
        let usual = users.count * SimulatedUser.shopCount / map.inShops.count
        let candidates = (0..<5).map { _ in generator.index(map.inShops) }
        // Else a few large terminals would decide how much fraud there is.
        let chosen = candidates.min {
            abs(map.terminals[$0].regulars - usual) < abs(map.terminals[$1].regulars - usual)
        }
        guard let chosen else { return }
        map.terminals[chosen].compromise = Terminal.Compromise(
            endDay: day + generator.integer(5...12), share: generator.uniform(0.4...0.7))
    }

    /// Large purchases of what sells well, in another city within hours.
    mutating func appendStolenCard(on day: Int, to drafts: inout [DraftTransaction]) {
        let user = generator.index(users.indices)
        let step = generator.integer(1...City.all.count - 1)
        let shops = map.cities[(users[user].city + step) % City.all.count]
        var hour = generator.uniform(6...22)
        for _ in 0..<generator.integer(4...12) {
            let channel: PaymentChannel = generator.chance(0.6) ? .contactless : .chip
            drafts.append(
                fraud(.stolenCard, user, day, hour, raise: 2...6, at: lucrative(in: shops), by: channel, device: nil))
            hour += generator.uniform(0.05...0.7)
        }
    }

    /// Purchases on the internet over days, from a device that is not the user's.
    mutating func appendTakeover(on day: Int, to drafts: inout [DraftTransaction]) {
        let user = generator.index(users.indices)
        let device = thiefsDevice()
        let start = generator.uniform(0...20)
        let hours = 24 * generator.uniform(2...4)
        for _ in 0..<generator.integer(6...14) {
            let hour = start + hours * generator.unit()
            drafts.append(
                fraud(
                    .accountTakeover, user, day, hour, raise: 1.5...4, at: lucrative(in: map.online), by: .online,
                    device: device))
        }
    }

    /// Tiny payments within an hour or two, then a large one.
    mutating func appendCardTest(on day: Int, to drafts: inout [DraftTransaction]) {
        let user = generator.index(users.indices)
        let device = thiefsDevice()
        var hour = generator.uniform(0...20)
        for _ in 0..<generator.integer(3...7) {
            var draft = fraud(
                .cardTesting, user, day, hour, raise: 1...1, at: generator.index(map.online), by: .online,
                device: device)
            draft.amount = generator.uniform(0.5...3)
            drafts.append(draft)
            hour += generator.uniform(0.02...0.3)
        }
        hour += generator.uniform(0.2...4)
        drafts.append(
            fraud(
                .cardTesting, user, day, hour, raise: 5...10, at: lucrative(in: map.online), by: .online, device: device
            ))
    }

    private mutating func fraud(
        _ scenario: FraudScenario, _ user: Int, _ day: Int, _ hour: Double, raise: ClosedRange<Double>,
        at terminal: Int, by channel: PaymentChannel, device: UInt64?
    ) -> DraftTransaction {
        let amount = users[user].typicalAmount * generator.uniform(raise) * generator.logNormal(0.3)
        return DraftTransaction(
            user: user, milliseconds: milliseconds(day: day, hour: hour), amount: amount, terminal: terminal,
            channel: channel, device: device, scenario: scenario)
    }

    /// A terminal whose goods are easily sold on, more often than not.
    private mutating func lucrative(in range: Range<Int>) -> Int {
        let candidates = (0..<3).map { _ in (index: generator.index(range), luck: 0.6 * generator.unit()) }
        let best = candidates.max { left, right in
            map.terminals[left.index].category.resale + left.luck
                < map.terminals[right.index].category.resale + right.luck
        }
        return best?.index ?? range.lowerBound
    }

    /// Mostly a new one; sometimes one that a thief has used on another user lately.
    private mutating func thiefsDevice() -> UInt64 {
        if !thievesDevices.isEmpty, generator.chance(0.35) {
            return thievesDevices[generator.index(0..<thievesDevices.count)]
        }
        let device = generator.next()
        thievesDevices.append(device)
        if thievesDevices.count > 8 { thievesDevices.removeFirst() }
        return device
    }
}
